// What a worker may do with an order: its words, what must be filled in, and the body that is sent.
const NOTE_LEAST = 5

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

const noted = ({ note }) => note.trim()

/** In the order they are shown; `now` means that one tap does it, without a form. */
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
    verb: 'resume', name: '恢复办理', confirm: '确定恢复', main: true,
    noteLabel: '反映人补充了什么，比如电话里说的', most: 1000,
    missing: (form) => (noted(form) ? '' : '请写下反映人补充了什么。'),
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
    body: (form) => ({ result: form.choice, note: noted(form), photo_ids: form.photos.map((photo) => photo.id) }),
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
]

function missingForResolve(form) {
  if (!form.choice) return '请选择办理结果。'
  if (noted(form).length < NOTE_LEAST) return `请写清怎样办的，至少 ${NOTE_LEAST} 个字。`
  return form.photoRequired && !form.photos.length ? '这类诉求办结时需要照片，请至少添加一张。' : ''
}

function missingForExtend(form) {
  if (!/^[1-9][0-9]*$/.test(form.amount.trim())) return '请填写要延长多少，写整数。'
  return noted(form) ? '' : '请写下延期的理由。'
}

const allowed = (verbs) => ACTIONS.filter((action) => verbs.includes(action.verb))
const find = (verb) => ACTIONS.find((action) => action.verb === verb)
/** Only what a page can show, because functions do not travel to it. */
const shown = ({ verb, name, confirm, main, choices, question, amount, noteLabel, most, visibility, photos }) => JSON.parse(
  JSON.stringify({ verb, name, confirm, main, choices, question, amount, noteLabel, most, visibility, photos }),
)

module.exports = { allowed, find, shown }
