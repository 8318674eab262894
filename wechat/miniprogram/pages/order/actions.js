// What a resident may say about an order: its words, what must be filled in, and the body that is sent.
const said = ({ note }) => note.trim()
const ids = ({ photos }) => photos.map((photo) => photo.id)
const nothing = () => ''
const IN_A_PAUSE = ['awaiting_resident', 'on_ledger']
const URGE_IN_A_PAUSE = '现在暂停计时。您的催办会记下来，工作人员能看到；恢复办理后会接着办。24 小时内可以催一次。'

/** In the order they are shown; one without `noteLabel` only asks again whether it is meant. */
const ACTIONS = [
  {
    verb: 'answer', name: '补充情况', confirm: '提交补充', main: true, thanks: '已补充',
    hint: '工作人员在等您补充。您补充后会继续办理。', noteLabel: '您的补充', most: 2000, photos: true,
    missing: (form) => (said(form) ? '' : '请写下要补充的情况。'),
    body: (form) => ({ text: said(form), photo_ids: ids(form) }),
  },
  {
    verb: 'urge', name: '催办', confirm: '确定催办', thanks: '已催办',
    hint: '工作人员会收到提醒，并在一个工作日内回复您。24 小时内可以催一次。', noteLabel: '想说的话（选填）', most: 500,
    missing: nothing,
    body: (form) => ({ note: said(form) }),
  },
  {
    verb: 'reopen', name: '问题还在，请重新办理', confirm: '请重新办理', main: true, thanks: '已重新办理',
    noteLabel: '现在是什么情况', most: 1000, photos: true,
    missing: (form) => (said(form) ? '' : '请写下现在是什么情况。'),
    body: (form) => ({ reason: said(form), photo_ids: ids(form) }),
  },
  {
    verb: 'appeal', name: '不同意，请上级再看', confirm: '提交申诉', main: true, thanks: '已提交申诉',
    hint: '由上一级单位重新决定，每件诉求可以申诉一次。', noteLabel: '为什么应当受理', most: 1000,
    missing: (form) => (said(form) ? '' : '请写下为什么应当受理。'),
    body: (form) => ({ reason: said(form) }),
  },
  {
    verb: 'confide', name: '设为保密', confirm: '确定设为保密', thanks: '已设为保密',
    hint: '设为保密后，只有办理的工作人员能看到您是谁，邻居看不到这件诉求。设好后不能改回。',
    missing: nothing,
    body: () => ({}),
  },
  {
    verb: 'leave', name: '退出附议', confirm: '确定退出', danger: true, thanks: '已退出',
    hint: '退出后您不再收到这件诉求的消息，办理不受影响。',
    missing: nothing,
    body: () => ({}),
  },
  {
    verb: 'withdraw', name: '撤回这件诉求', confirm: '确定撤回', danger: true, thanks: '已撤回',
    hint: '撤回后不再办理；有邻居附议的，会为他们继续办理。需要时您可以重新反映。', noteLabel: '撤回的原因', most: 500,
    missing: (form) => (said(form) ? '' : '请简单写下撤回的原因。'),
    body: (form) => ({ reason: said(form) }),
  },
]

const allowed = (verbs) => ACTIONS.filter((action) => verbs.includes(action.verb))
const find = (verb) => ACTIONS.find((action) => action.verb === verb)
/** Only what a page can show, because functions do not travel to it. */
const shown = ({ verb, name, confirm, main, danger, hint, noteLabel, most, photos }) => JSON.parse(JSON.stringify({
  verb, name, confirm, main, danger, hint, noteLabel, most, photos,
}))
/** The form lies over the timeline, so what was asked is said in the form again; the newest step comes first. */
function opened(verb, { status, timeline }) {
  if (verb === 'urge' && IN_A_PAUSE.includes(status)) return { ...shown(find(verb)), hint: URGE_IN_A_PAUSE }
  const asked = verb === 'answer' && timeline.find(({ action, text }) => action === 'ask' && text)
  return { ...shown(find(verb)), ...(asked && { hint: `工作人员问：${asked.text}` }) }
}

module.exports = { allowed, find, opened, shown }
