// The only file that differs between a trial and a release: where the service answers.
exports.config = { base: 'http://127.0.0.1:8000' }
