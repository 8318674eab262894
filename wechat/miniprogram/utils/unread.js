// How many messages nobody has read yet, for whoever does not stand on the page of messages.
const api = require('./api')

/** The number, or none where it cannot be had: a bar must not complain. */
const count = () => api.get('/api/inbox', { limit: 1 }).then(({ unread }) => unread || 0, () => 0)
const badge = (number) => (number > 99 ? '99+' : number ? String(number) : '')

module.exports = { count, badge }
