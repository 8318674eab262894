// WeChat's permission to send is counted: one yes allows one message. It may only be asked inside a tap.
const api = require('./api')

const AT_ONCE = 3
const ANSWERS = ['accept', 'reject', 'ban']
const NOTED_WITHIN_MS = 2000
let templates = []

async function load() {
  templates = (await api.get('/api/subscriptions')).items
  return templates
}

/** The templates with the fewest permissions left, of one kind, because WeChat does not ask for both at once. */
function wanted() {
  const useful = templates.filter((template) => template.one_time || !template.units)
  const first = useful.sort((a, b) => a.units - b.units || a.blocked - b.blocked)
  const alike = first.filter((template) => template.one_time === first[0].one_time)
  return alike.slice(0, AT_ONCE).map((template) => template.template_id)
}

function record(said) {
  const answers = Object.entries(said).filter(([, answer]) => ANSWERS.includes(answer))
  return Promise.all(answers.map(([id, answer]) => {
    return api.post('/api/subscriptions', { template_id: id, answer }).catch(() => {})
  }))
}

/** Nobody waits long for our note of the answers: WeChat tells the service too. */
function soon(work) {
  return Promise.race([work, new Promise((resolve) => setTimeout(resolve, NOTED_WITHIN_MS))])
}

/** Must be called first in the handler of a tap. Never fails: whoever refuses is still served, through the inbox. */
function ask() {
  const tmplIds = wanted()
  if (!tmplIds.length || !wx.requestSubscribeMessage) return Promise.resolve()
  try {
    return wx.requestSubscribeMessage({ tmplIds }).then((said) => soon(record(said))).catch(() => {})
  } catch (_) {
    return Promise.resolve()
  }
}

module.exports = { load, ask }
