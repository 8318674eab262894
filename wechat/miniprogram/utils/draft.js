// What was typed stays on the phone, under the account that typed it, until the service has taken it.
const session = require('./session')

const EMPTY = {
  category: null, answers: {}, place: 'compound', compound: null, building: '', unit: '',
  point: null, address: '', description: '', confidential: false, contact_phone: '',
}
const name = () => 'draft-' + ((session.account() || {}).id || 'nobody')

/** A draft as last kept, {...fields, photos}; photos are those the service already holds. */
const read = () => ({ ...EMPTY, photos: [], ...(wx.getStorageSync(name()) || {}) })

function keep(fields, photos) {
  if (!session.account()) return
  const sent = photos.filter((photo) => photo.id).map(({ id, path }) => ({ id, path, state: 'sent' }))
  const kept = Object.fromEntries(Object.keys(EMPTY).map((field) => [field, fields[field]]))
  wx.setStorageSync(name(), { ...kept, photos: sent })
}

const clear = () => wx.removeStorageSync(name())

/** What is missing, as {field: sentence}; empty when the draft can be sent. */
function missing(draft, buildings) {
  const problems = {}
  if (!draft.category) problems.category = '请选择诉求类别。'
  Object.assign(problems, missingPlace(draft, buildings))
  if (!draft.description.trim()) problems.description = '请写下发生了什么。'
  for (const question of (draft.category || {}).questions || []) {
    if (question.required && !(draft.answers[question.code] || '').trim()) problems.answers = `请回答：${question.text}`
  }
  return problems
}

function missingPlace(draft, buildings) {
  if (draft.place === 'point') return draft.address.trim() ? {} : { address: '请写明具体位置。' }
  if (!draft.compound) return { compound_id: '请选择小区，不在小区里可以用定位。' }
  if (!buildings.length) return {}
  if (!draft.building) return { building: '请选择楼栋。' }
  const units = (buildings.find((one) => one.name === draft.building) || { units: [] }).units
  return units.length && !draft.unit ? { unit: '请选择单元。' } : {}
}

function placeBody({ place, compound, building, unit, point, address }) {
  if (place === 'compound') return { compound_id: compound.id, ...(building && { building }), ...(unit && { unit }) }
  const { lat, lng, coordinate_system } = point
  return { lat, lng, coordinate_system, address: address.trim() }
}

/** The draft in the words of POST /api/resident/work-orders. */
function body(draft, photos) {
  const answered = Object.entries(draft.answers).filter(([, answer]) => answer.trim())
  const sent = { category: draft.category.code, description: draft.description, ...placeBody(draft) }
  if (photos.length) sent.photo_ids = photos.map((photo) => photo.id)
  if (answered.length) sent.answers = Object.fromEntries(answered)
  if (draft.confidential) sent.confidential = true
  if (draft.contact_phone.trim()) sent.contact_phone = draft.contact_phone.trim()
  return sent
}

module.exports = { EMPTY, read, keep, clear, missing, body }
