import { element } from '../runtime/element.js'
import { openDialog } from '../runtime/dialog.js'
import { failure } from './call.js'

/** WeChat's question whether the mini-program may have the number; rejects when the answer is no. */
export function askForPhone(masked) {
  if (!masked) return Promise.reject(failure('no phone number is bound to this phone'))
  const number = element('p', { textContent: masked, className: 'mp-number' })
  const refuse = element('button', { type: 'button', textContent: '不允许' })
  const allow = element('button', { type: 'button', className: 'main', textContent: '允许' })
  return new Promise((resolve, reject) => {
    const children = [number, element('div', { className: 'mp-row' }, refuse, allow)]
    const onCancel = () => reject(failure('user deny'))
    const close = openDialog({ label: '申请获取并验证您的手机号', look: 'mp-sheet', children, onCancel })
    refuse.addEventListener('click', () => close())
    allow.addEventListener('click', () => {
      close('answered')
      resolve()
    })
  })
}
