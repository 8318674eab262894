// In the browser the emulator says where the service is; this is the only file that differs from the phone's.
exports.config = { base: (typeof __host !== 'undefined' && __host.service) || '' }
