// A command keeps its key until the service has answered, even across a restart of the phone,
// so that tapping again after a lost answer never does the thing twice.
const NAME = 'keys-without-answer'
const LIMIT = 50

const kept = () => wx.getStorageSync(NAME) || {}

function fresh() {
  const digits = () => Math.floor(Math.random() * 0x100000000).toString(16).padStart(8, '0')
  return [Date.now().toString(16), digits(), digits(), digits()].join('-')
}

/** Names a command by 64 bits of its text, because the text itself may be private. */
function fingerprint(command) {
  let high = 0x811c9dc5
  let low = 0x1b873593
  for (let i = 0; i < command.length; i++) {
    high = Math.imul(high ^ command.charCodeAt(i), 0x01000193)
    low = Math.imul(low ^ command.charCodeAt(i), 0x85ebca6b)
  }
  return (high >>> 0).toString(16) + (low >>> 0).toString(16)
}

function forCommand(command) {
  const keys = kept()
  const name = fingerprint(command)
  if (keys[name]) return keys[name]
  const recent = Object.entries(keys).slice(-LIMIT)
  const key = fresh()
  wx.setStorageSync(NAME, { ...Object.fromEntries(recent), [name]: key })
  return key
}

function answered(command) {
  const keys = kept()
  delete keys[fingerprint(command)]
  wx.setStorageSync(NAME, keys)
}

module.exports = { fresh, forCommand, answered }
