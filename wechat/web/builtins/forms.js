import { fire, partOf } from './shelf.js'

const CONTROLS = 'wx-checkbox, wx-radio, wx-switch, wx-input, wx-textarea'
let labels = 0

/** form and label. */
export function defineForms(define) {
  define('form', {
    properties: { reportSubmit: Boolean },
    made() {
      const fields = () => [...this.node.querySelectorAll('*')].map(partOf).filter((part) => part && part.fieldValue && part.data.name)
      this.submit = () => fire(this, 'submit', { value: Object.fromEntries(fields().map((part) => [part.data.name, part.fieldValue()])) })
      this.reset = () => {
        fields().forEach((part) => part.clear && part.clear())
        fire(this, 'reset')
      }
    },
  })
  define('label', {
    properties: { for: String },
    made() { nameControl(this) },
    tapped(event) {
      const node = controlOf(this)
      const tapped = event.target.getBackendElement ? event.target.getBackendElement() : null
      if (node && !node.contains(tapped)) partOf(node).press()
    },
  })
}

function controlOf(label) {
  return label.data.for ? document.getElementById(label.data.for) : label.node.querySelector(CONTROLS)
}

/** The words of the label name the control for those who cannot see it. */
function nameControl(label) {
  requestAnimationFrame(() => {
    const node = controlOf(label)
    const control = node && node.querySelector('input, textarea')
    if (!control || control.hasAttribute('aria-label')) return
    label.node.id = label.node.id || `label-${++labels}`
    control.setAttribute('aria-labelledby', label.node.id)
  })
}
