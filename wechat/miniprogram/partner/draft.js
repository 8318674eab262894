// What was written about a task stays on the phone, under the account that wrote it, until the service has taken it.
const session = require('../utils/session')

const name = () => 'task-drafts-' + ((session.account() || {}).id || 'nobody')
const EMPTY = { choice: '', note: '' }

const all = () => wx.getStorageSync(name()) || {}
const read = (id) => ({ ...EMPTY, ...all()[id] })
const keep = (id, { choice, note }) => wx.setStorageSync(name(), { ...all(), [id]: { choice, note } })

function clear(id) {
  const { [id]: _, ...left } = all()
  if (Object.keys(left).length) wx.setStorageSync(name(), left)
  else wx.removeStorageSync(name())
}

module.exports = { EMPTY, read, keep, clear }
