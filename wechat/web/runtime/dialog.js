import { element } from './element.js'
import { duringTap } from './taps.js'

/**
 * A sheet or an alert over the phone, with its label as heading; returns the function that closes it.
 *
 * The browser's own modal <dialog> keeps the focus inside, closes on Escape and gives the focus back. Closing in any
 * other way than `close('answered')` counts as cancelling.
 */
export function openDialog({ label, look, children, onCancel = () => {}, outsideCancels = false, heading = true }) {
  const panel = element('div', { className: look })
  if (heading && label) panel.append(element('h2', { textContent: label }))
  panel.append(...children)
  const dialog = element('dialog', { className: 'mp-mask' }, panel)
  dialog.setAttribute('aria-label', label || '请选择')
  const close = (reason = 'cancelled') => dialog.close(reason)
  dialog.addEventListener('close', () => {
    dialog.remove()
    if (dialog.returnValue !== 'answered') onCancel()
  })
  dialog.addEventListener('click', (event) => {
    if (outsideCancels && event.target === dialog) close()
  })
  markTaps(dialog)
  document.getElementById('phone').append(dialog)
  dialog.showModal()
  return close
}

/** A button in WeChat's own dialogs counts as a tap for what the mini-program does next. */
function markTaps(dialog) {
  dialog.addEventListener('click', () => duringTap(() => {}), { capture: true })
}
