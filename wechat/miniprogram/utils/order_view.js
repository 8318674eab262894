const api = require('./api')

const UNTAKEN = ['submitted', 'pooled', 'assigned']
const PAUSED = ['awaiting_resident', 'on_ledger']
const SETTLING = ['resolve', 'settle', 'amend']
const OVER = ['resolved', 'closed', 'declined', 'withdrawn', 'merged']

const photosOf = (list) => (list || []).map((photo) => ({
  ...photo, url: photo.url && api.address(photo.url), thumb_url: photo.url && api.address(photo.thumb_url || photo.url),
}))

/** The limits that still lie ahead, going by where the order is and what was done in this round. */
function ahead({ status, due_explained, timeline }) {
  if (OVER.includes(status)) return []
  const done = (timeline || []).map((step) => step.action)
  const thisRound = done.slice(Math.max(done.lastIndexOf('rework'), done.lastIndexOf('reopen')) + 1)
  const met = { sign: !UNTAKEN.includes(status), contact: thisRound.includes('contact') }
  return (due_explained || []).filter(({ step }) => !met[step])
}

/** How it was settled, in the words of the last settling, or why it was ended unsettled; nothing while it is open again. */
function settled({ status, result_name, timeline }) {
  const last = (actions) => (timeline || []).filter((step) => actions.includes(step.action)).pop()
  const ended = status === 'closed' && !result_name && last(['decide_termination'])
  if (ended) return ended.text
  return (result_name && (last(SETTLING) || {}).text) || result_name
}

/** Who was called to an urgent order, each with what came of it. */
function called({ status, calls }) {
  const waits = (index, list) => status === 'assigned' && index === list.length - 1
  const outcome = (call, index, list) => (call.answered_at ? '已接手' : waits(index, list) ? '等待应答' : '没有应答')
  return (calls || []).map((call, index, list) => ({ ...call, outcome: outcome(call, index, list) }))
}

/** An order as the pages show it: photos with full addresses and none twice, the newest step first, each with a key
    that stays as later ones come. */
function shown(order) {
  const above = (order.photos || []).map((photo) => photo.id)
  const left = (photos) => photosOf(photos).filter(({ id }) => !above.includes(id))
  const steps = (order.timeline || []).map((step, key) => ({ ...step, key, photos: left(step.photos) }))
  return {
    ...order, photos: photosOf(order.photos), timeline: steps.reverse(), limits: ahead(order), outcome: settled(order),
    tasks: (order.tasks || []).map((task, key) => ({ ...task, key })), calls: called(order), untaken: UNTAKEN.includes(order.status), paused: PAUSED.includes(order.status),
  }
}

module.exports = { shown }
