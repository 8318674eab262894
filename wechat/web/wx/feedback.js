import { element } from '../runtime/element.js'
import { openDialog } from '../runtime/dialog.js'
import { call, cancelled } from './call.js'
import { askOne } from './sheets.js'

const SIGNS = { success: '✓', error: '✕', loading: '', none: '' }

/** Toasts, loading, alerts and action sheets. */
export function feedbackCalls() {
  const toasts = new Toasts(document.querySelector('.mp-toasts'))
  return {
    showToast: call('showToast', (options) => toasts.show(options)),
    hideToast: call('hideToast', () => toasts.hide()),
    showLoading: call('showLoading', ({ title, mask }) => toasts.show({ title, mask, icon: 'loading', duration: Infinity })),
    hideLoading: call('hideLoading', () => toasts.hide()),
    showModal: call('showModal', showModal),
    showActionSheet: call('showActionSheet', ({ itemList, alertText }) => new Promise((resolve, reject) => {
      askOne({ label: alertText, options: itemList, onAnswer: (tapIndex) => resolve({ tapIndex }), onCancel: () => reject(cancelled()) })
    })),
  }
}

/** One toast at a time, inside a region that screen readers listen to. */
class Toasts {
  constructor(region) {
    this.region = region
  }

  show({ title, icon = 'success', duration = 1500, mask = false }) {
    this.hide()
    const toast = element('div', { className: `mp-toast mp-toast-${icon}` })
    toast.append(element('i', { textContent: SIGNS[icon] || '', ariaHidden: 'true' }), element('span', { textContent: title }))
    this.region.append(toast)
    this.region.classList.toggle('masking', mask)
    if (duration !== Infinity) this.timer = setTimeout(() => this.hide(), duration)
  }

  hide() {
    clearTimeout(this.timer)
    this.region.classList.remove('masking')
    this.region.replaceChildren()
  }
}

function showModal(options) {
  const { title = '', content = '', showCancel = true, cancelText = '取消', confirmText = '确定', editable, placeholderText = '' } = options
  const field = editable && element('textarea', { rows: 3, placeholder: placeholderText, value: content, ariaLabel: title || placeholderText })
  const confirm = element('button', { type: 'button', className: 'main', textContent: confirmText })
  const refuse = element('button', { type: 'button', textContent: cancelText })
  const buttons = element('div', { className: 'mp-row' }, ...(showCancel ? [refuse] : []), confirm)
  const body = field || element('p', { textContent: content })
  return new Promise((resolve) => {
    const close = openDialog({ label: title, look: 'mp-alert', children: [body, buttons], onCancel: () => resolve({ confirm: false, cancel: true }) })
    refuse.addEventListener('click', () => close())
    confirm.addEventListener('click', () => {
      close('answered')
      resolve({ confirm: true, cancel: false, ...(field && { content: field.value }) })
    })
    if (!field) confirm.focus()
  })
}
