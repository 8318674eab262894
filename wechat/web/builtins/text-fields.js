import { element } from '../runtime/element.js'
import { fire } from './shelf.js'

const KEYBOARDS = { number: 'numeric', digit: 'decimal', idcard: 'text', nickname: 'text' }

const PROPERTIES = {
  name: String, value: String, placeholder: String, placeholderClass: String, placeholderStyle: String, type: String, password: Boolean,
  disabled: Boolean, maxlength: { type: Number, value: 140 }, focus: Boolean, autoFocus: Boolean, autoHeight: Boolean, confirmType: String,
  confirmHold: Boolean, cursor: Number, cursorSpacing: Number, selectionStart: Number, selectionEnd: Number, adjustPosition: Boolean,
  holdKeyboard: Boolean, showConfirmBar: Boolean, disableDefaultPadding: Boolean, fixed: Boolean,
}

/** input and textarea. */
export function defineTextFields(define) {
  for (const tag of ['input', 'textarea']) {
    define(tag, {
      properties: PROPERTIES,
      reflected: ['autoHeight'],
      made() {
        this.control = this.node.appendChild(element(tag))
        this.fieldValue = () => this.control.value
        this.clear = () => this.setData({ value: '' })
        this.press = () => this.control.focus()
        tellEvents(this)
        // A page is laid out only when it is shown, and its width may change.
        if (tag === 'textarea') new ResizeObserver(() => grow(this)).observe(this.node)
      },
      watch: tag === 'input' ? { ...WATCH, ...INPUT_ONLY } : WATCH,
    })
  }
}

function tellEvents(part) {
  const control = part.control
  control.addEventListener('input', (event) => {
    event.stopPropagation()
    part.setData({ value: control.value })
    grow(part)
    fire(part, 'input', { value: control.value, cursor: control.selectionStart, keyCode: 0 })
  })
  control.addEventListener('focus', () => fire(part, 'focus', { value: control.value, height: 0 }))
  control.addEventListener('blur', () => fire(part, 'blur', { value: control.value }))
  control.addEventListener('keydown', (event) => {
    // Enter also ends the choosing of a character in an input method; that is no confirmation.
    if (event.key === 'Enter' && !event.isComposing && control.localName === 'input') fire(part, 'confirm', { value: control.value })
  })
}

const WATCH = {
  value(value) {
    if (this.control.value !== value) this.control.value = value || ''
    grow(this)
  },
  placeholder(value) { this.control.placeholder = value || '' },
  disabled(value) { this.control.disabled = value },
  maxlength(value) {
    if (value >= 0) this.control.maxLength = value
    else this.control.removeAttribute('maxlength')
  },
  focus(value) { if (value) this.control.focus() },
  autoFocus(value) { if (value) this.control.focus() },
  confirmType(value) { this.control.enterKeyHint = value || 'done' },
  ariaLabel(value) { if (value) this.control.setAttribute('aria-label', value) },
}

const INPUT_ONLY = {
  password(value) { if (value) this.control.type = 'password' },
  type(value) {
    if (value === 'safe-password') this.control.type = 'password'
    this.control.inputMode = KEYBOARDS[value] || 'text'
  },
}

function grow({ control, data }) {
  if (control.localName !== 'textarea' || !data.autoHeight) return
  control.style.height = ''
  if (control.scrollHeight > control.clientHeight) control.style.height = `${control.scrollHeight}px`
}
