// What a worker may do with an order: its words, what must be filled in, and the body that is sent.
const days = require('./days')

const NOTE_LEAST = 5
const REVIEW_WITHIN_DAYS = 90

const REFUSE_REASONS = [
  { value: 'off_duty', name: '我不在岗' },
  { value: 'conflict_of_interest', name: '与我有利害关系' },
  { value: 'overloaded', name: '手上工单太多' },
  { value: 'wrong_skill', name: '我办不了这类事' },
]
const CONTACT_KINDS = [
  { value: 'call', name: '打电话' },
  { value: 'visit', name: '上门' },
  { value: 'message', name: '发消息' },
]
const RESULTS = [
  { value: 'solved', name: '已解决' },
  { value: 'partly_solved', name: '部分解决' },
  { value: 'answered', name: '已答复' },
  { value: 'explained_not_solvable', name: '已解释，暂无法解决' },
  { value: 'no_answer', name: '联系不上' },
]
const ESCALATION_KINDS = [
  { value: 'cannot_solve', name: '社区无法解决' },
  { value: 'enforcement_power', name: '需要执法权' },
  { value: 'emergency', name: '紧急' },
]
const LEDGER_CAUSES = [
  { value: 'engineering', name: '工程周期' },
  { value: 'season', name: '季节原因' },
  { value: 'funding', name: '资金未落实' },
  { value: 'policy', name: '政策限制' },
  { value: 'litigation', name: '诉讼或仲裁' },
  { value: 'owner_vote', name: '需业主表决' },
  { value: 'third_party', name: '依赖第三方' },
]

const noted = ({ note }) => note.trim()
const filled = ({ more }, name) => (more[name] || '').trim()

/** In the order they are shown; `now` means that one tap does it, without a form; `asks` names what of asking.js the form
    lets one choose from, `amount` what is counted in the order's unit of time, `more` what else is asked besides the note,
    each as a `line`, an `area` or a `date` of the coming `within` days. */
const ACTIONS = [
  { verb: 'claim', name: '认领', main: true, now: true, body: () => ({}) },
  { verb: 'sign', name: '签收', main: true, now: true, body: () => ({}) },
  {
    verb: 'reply', name: '回复催办', confirm: '发送回复', main: true,
    noteLabel: '办到哪一步、接下来怎么办（催办的人能看到）', most: 1000,
    missing: (form) => (noted(form) ? '' : '请写下回复。'),
    body: (form) => ({ note: noted(form) }),
  },
  {
    verb: 'reply_supervision', path: 'reply-supervision', name: '回复督办', confirm: '发送回复', main: true,
    noteLabel: '办到哪一步、打算怎样办好（上级能看到）', most: 1000,
    missing: (form) => (noted(form) ? '' : '请写下回复。'),
    body: (form) => ({ note: noted(form) }),
  },
  {
    verb: 'resume', name: '恢复办理', confirm: '确定恢复', main: true,
    noteLabel: '反映人补充了什么，比如电话里说的', most: 1000,
    missing: (form) => (noted(form) ? '' : '请写下反映人补充了什么。'),
    body: (form) => ({ note: noted(form) }),
  },
  { verb: 'accept_transfer', path: 'transfer/accept', name: '接受转办', main: true, now: true, body: () => ({}) },
  {
    verb: 'decline_transfer', path: 'transfer/decline', name: '谢绝转办', confirm: '确定谢绝', noteLabel: '为什么不能接手', most: 500,
    missing: (form) => (noted(form) ? '' : '请写下不能接手的原因。'),
    body: (form) => ({ note: noted(form) }),
  },
  {
    verb: 'contact', name: '联系反映人', confirm: '保存联系记录', choices: CONTACT_KINDS, question: '怎样联系的',
    noteLabel: '说了什么（选填，反映人看不到）', most: 1000,
    missing: (form) => (form.choice ? '' : '请选择怎样联系的。'),
    body: (form) => ({ kind: form.choice, note: noted(form) }),
  },
  { verb: 'arrive', name: '到场' },
  {
    verb: 'note', name: '记录', confirm: '保存记录', noteLabel: '看到了什么，做了什么', most: 1000, visibility: true,
    missing: (form) => (noted(form) ? '' : '请写下要记录的内容。'),
    body: (form) => ({ note: noted(form), visible_to_resident: form.visible }),
  },
  {
    verb: 'resolve', name: '办结', confirm: '确定办结', main: true, choices: RESULTS, question: '办理结果',
    noteLabel: '怎样办的（至少 5 个字，反映人能看到）', most: 2000, photos: true,
    missing: missingForResolve,
    body: settledBody,
  },
  {
    verb: 'settle', name: '现场办结', confirm: '确定办结', main: true, choices: RESULTS, question: '办理结果',
    noteLabel: '当场怎样办的（至少 5 个字，反映人能看到）', most: 2000, photos: true,
    missing: missingForResolve,
    body: settledBody,
  },
  {
    verb: 'ask', name: '请反映人补充', confirm: '发给反映人', noteLabel: '需要补充什么（反映人能看到，等待期间不计时）', most: 500,
    missing: (form) => (noted(form) ? '' : '请写下需要补充什么。'),
    body: (form) => ({ question: noted(form) }),
  },
  {
    verb: 'extend', name: '申请延期', confirm: '提交申请', amount: '延长多少', noteLabel: '延期的理由（审批的管理员会看到）', most: 500,
    missing: missingForExtend,
    body: (form) => ({ amount: Number(form.amount), reason: noted(form) }),
  },
  {
    verb: 'amend', name: '更正办理结果', confirm: '保存更正', choices: RESULTS, question: '办理结果', hint: '原来写的仍然看得到。居民评价后不能再更正。',
    noteLabel: '更正的内容（至少 5 个字，反映人能看到）', most: 2000, photos: true, photosFree: true,
    missing: (form) => missingForResolve({ ...form, photoRequired: false }),
    body: settledBody,
  },
  {
    verb: 'propose_escalation', path: 'propose-escalation', name: '提请吹哨', confirm: '提交提请', choices: ESCALATION_KINDS,
    question: '为什么要请上级到场', hint: '先由本单位管理员决定是否向上级吹哨；这期间您继续办理。',
    more: [{ name: 'tried', kind: 'area', label: '已经试过哪些办法', most: 500 }],
    noteLabel: '还缺什么、请上级做什么', most: 500, done: '已提请吹哨，等管理员决定。',
    missing: missingForEscalation,
    body: (form) => ({ kind: form.choice, tried: filled(form, 'tried'), reason: noted(form) }),
  },
  {
    verb: 'propose_ledger', path: 'propose-ledger', name: '申请挂账', confirm: '提交申请', choices: LEDGER_CAUSES,
    question: '现在办不了的原因', hint: '由上一级单位审批。挂账不算办结，到复核日期还要再看。',
    more: [
      { name: 'plan', kind: 'area', label: '挂账期间怎样推进（批准后反映人能看到）', most: 1000 },
      { name: 'leader', kind: 'line', label: '由哪位领导负责', most: 40 },
      { name: 'review_on', kind: 'date', label: `复核日期（明天起 ${REVIEW_WITHIN_DAYS} 天以内）`, within: REVIEW_WITHIN_DAYS },
    ],
    noteLabel: '为什么现在办不了（审批的上级会看到）', most: 500, done: '已申请挂账，等上一级审批。',
    missing: missingForLedger,
    body: (form) => ({
      cause: form.choice, plan: filled(form, 'plan'), leader: filled(form, 'leader'), review_on: filled(form, 'review_on'),
      reason: noted(form),
    }),
  },
  {
    verb: 'dispute', name: '对派单有异议', confirm: '提交异议', hint: '由上一级单位裁定该由谁办。裁定前工单仍在本单位，时限照走。',
    more: [{ name: 'suggestion', kind: 'area', label: '应当由哪个单位办（选填，写单位名称）', most: 60 }],
    noteLabel: '为什么不该由本单位办', most: 500, done: '已提交异议，等上一级裁定。',
    missing: (form) => (noted(form) ? '' : '请写下为什么不该由本单位办。'),
    body: (form) => ({ reason: noted(form), ...(filled(form, 'suggestion') && { suggestion: filled(form, 'suggestion') }) }),
  },
  {
    verb: 'refuse', name: '拒签', confirm: '确定拒签', choices: REFUSE_REASONS, question: '为什么不能办',
    noteLabel: '补充说明（选填）', most: 500,
    missing: (form) => (form.choice ? '' : '请选择原因。'),
    body: (form) => ({ reason: form.choice, note: noted(form) }),
  },
  {
    verb: 'release', name: '退回', confirm: '确定退回', noteLabel: '退回的原因', most: 500,
    missing: (form) => (noted(form) ? '' : '请写下退回的原因。'),
    body: (form) => ({ reason: noted(form), note: '' }),
  },
  {
    verb: 'transfer', name: '转办', confirm: '请他接手', asks: 'colleague', question: '请谁接手', done: '已请同事接手，等他答复。',
    noteLabel: '交接情况：办到哪一步，接下来做什么', most: 1000,
    missing: (form) => (!form.choice ? '请选择接手的同事。' : noted(form) ? '' : '请写明交接的情况。'),
    body: (form) => ({ worker_id: form.choice, note: noted(form) }),
  },
  { verb: 'take_back_transfer', path: 'transfer/take-back', name: '撤销转办', now: true, body: () => ({}) },
  {
    verb: 'reveal', path: 'phone', name: '查看电话', confirm: '查看电话', noteLabel: '为什么要查看（会记录）', most: 500,
    missing: (form) => (noted(form) ? '' : '请写明为什么要查看电话。'),
    body: (form) => ({ reason: noted(form) }),
  },
  {
    verb: 'recategorise', name: '改类别', confirm: '改类别', asks: 'category', noteLabel: '为什么要改', most: 500,
    done: '已提交；时限变长的，等管理员审批。',
    missing: (form) => (!form.category ? '请选择正确的类别。' : noted(form) ? '' : '请写明为什么要改类别。'),
    body: (form) => ({ category: form.category.code, reason: noted(form) }),
  },
  {
    verb: 'relocate', name: '改地点', confirm: '改地点', asks: 'place', noteLabel: '为什么要改', most: 500, done: '地点已更正。',
    missing: (form) => (!form.compound && !form.point ? '请选择正确的地点。' : noted(form) ? '' : '请写明为什么要改地点。'),
    body: (form) => ({ ...placeOf(form), reason: noted(form) }),
  },
]

function placeOf({ point, compound, building, unit }) {
  if (point) return { lat: point.lat, lng: point.lng, coordinate_system: point.coordinate_system, address: point.address }
  return { compound_id: compound.id, ...(building ? { building } : {}), ...(unit ? { unit } : {}) }
}

function settledBody(form) {
  return { result: form.choice, note: noted(form), photo_ids: form.photos.map((photo) => photo.id) }
}

function missingForResolve(form) {
  if (!form.choice) return '请选择办理结果。'
  if (noted(form).length < NOTE_LEAST) return `请写清怎样办的，至少 ${NOTE_LEAST} 个字。`
  return form.photoRequired && !form.photos.length ? '这类诉求办结时需要照片，请至少添加一张。' : ''
}

function missingForExtend(form) {
  if (!/^[1-9][0-9]*$/.test(form.amount.trim())) return '请填写要延长多少，写整数。'
  return noted(form) ? '' : '请写下延期的理由。'
}

function missingForEscalation(form) {
  if (!form.choice) return '请选择为什么要请上级到场。'
  if (!filled(form, 'tried')) return '请写下已经试过哪些办法。'
  return noted(form) ? '' : '请写下还缺什么、请上级做什么。'
}

function missingForLedger(form) {
  if (!form.choice) return '请选择现在办不了的原因。'
  if (!filled(form, 'plan')) return '请写下挂账期间怎样推进。'
  if (!filled(form, 'leader')) return '请写下由哪位领导负责。'
  if (!days.isWithin(filled(form, 'review_on'), REVIEW_WITHIN_DAYS)) return `请选择复核日期，在明天起 ${REVIEW_WITHIN_DAYS} 天以内。`
  return noted(form) ? '' : '请写下为什么现在办不了。'
}

/** The same verb where it is asked for other words. */
const IN_STATUS = {
  on_ledger: {
    resume: {
      confirm: '原因已消除，恢复办理', hint: '恢复后重新计时，由您继续办理。', noteLabel: '挂账的原因怎样消除的',
      missing: (form) => (noted(form) ? '' : '请写下挂账的原因怎样消除的。'),
    },
  },
}

const allowed = (verbs) => ACTIONS.filter((action) => verbs.includes(action.verb))
const find = (verb, status) => ({ ...ACTIONS.find((action) => action.verb === verb), ...(IN_STATUS[status] || {})[verb] })
/** Only what a page can show, because functions do not travel to it. */
const SHOWN = [
  'verb', 'name', 'confirm', 'main', 'choices', 'question', 'hint', 'asks', 'amount', 'more', 'noteLabel', 'most',
  'visibility', 'photos', 'photosFree',
]
const shown = (action) => JSON.parse(JSON.stringify({
  ...Object.fromEntries(SHOWN.map((name) => [name, action[name]])), ...(action.more && { more: action.more.map(dated) }),
}))
/** A date is chosen between tomorrow and the last day that may be. */
const dated = (field) => (field.within ? { ...field, from: days.after(1), to: days.after(field.within) } : field)

module.exports = { RESULTS, allowed, find, shown }
