import { element } from '../runtime/element.js'
import { emulator } from '../runtime/emulator.js'
import { openDialog } from '../runtime/dialog.js'
import { isInsideTap } from '../runtime/taps.js'
import { failure } from './call.js'

const MOST = 5

/** wx.requestSubscribeMessage: a sheet that takes one answer per template and tells WeChat, here the emulator. */
export async function requestSubscribeMessage({ tmplIds = [] }, name) {
  const templates = window.__host.templates || {}
  refuse(tmplIds, templates)
  const accepted = await ask(tmplIds.map((id) => ({ id, title: titleOf(templates[id]) })), name)
  const answers = Object.fromEntries(tmplIds.map((id) => [id, accepted.includes(id) ? 'accept' : 'reject']))
  for (const id of tmplIds) await emulator.answer(id, answers[id])
  return answers
}

function refuse(ids, templates) {
  // Not a number of ours: WeChat gives this text alone.
  if (!isInsideTap()) throw failure('can only be invoked by user TAP gesture.')
  if (!ids.length) throw failure('TmplIds can not be empty', { errCode: 10001 })
  if (ids.length > MOST) throw failure('Templates count out of max bounds', { errCode: 20003 })
  if (ids.some((id) => !templates[id])) throw failure('No template data return, verify the template id exist', { errCode: 20001 })
}

function titleOf(template) {
  return typeof template === 'string' ? template : template.title
}

function ask(templates, name) {
  const boxes = templates.map(({ id, title }) => element('input', { type: 'checkbox', value: id, checked: true, ariaLabel: title }))
  const rows = templates.map(({ title }, index) => {
    return element('label', { className: 'mp-choice' }, element('span', { textContent: title }), boxes[index])
  })
  const refuseAll = element('button', { type: 'button', textContent: '拒绝' })
  const allow = element('button', { type: 'button', className: 'main', textContent: '允许' })
  return new Promise((resolve) => {
    const children = [...rows, element('div', { className: 'mp-row' }, refuseAll, allow)]
    const close = openDialog({ label: `${name}申请向您发送以下消息`, look: 'mp-sheet', children, onCancel: () => resolve([]) })
    refuseAll.addEventListener('click', () => close())
    allow.addEventListener('click', () => {
      close('answered')
      resolve(boxes.filter((box) => box.checked).map((box) => box.value))
    })
  })
}
