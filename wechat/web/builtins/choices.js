import { element } from '../runtime/element.js'
import { around, fire, partOf } from './shelf.js'

/** checkbox, radio, their groups, switch and slider. */
export function defineChoices(define) {
  defineTick(define, 'checkbox')
  defineTick(define, 'radio')
  defineGroup(define, 'checkbox', (chosen) => chosen)
  defineGroup(define, 'radio', (chosen) => chosen[0] || '')
  defineSwitch(define)
  defineSlider(define)
}

function defineTick(define, type) {
  define(type, {
    properties: { value: String, checked: Boolean, disabled: Boolean, color: String },
    made() {
      this.control = element('input', { type: 'checkbox' })
      this.control.type = type
      this.node.prepend(this.control)
      this.press = () => { if (!this.data.disabled) this.control.click() }
      this.control.addEventListener('change', (event) => {
        event.stopPropagation()
        const group = around(this, `${type}-group`)
        if (group) group.chosenBy(this)
      })
    },
    watch: {
      checked(value) { this.control.checked = value },
      disabled(value) { this.control.disabled = value },
      color(value) { this.control.style.accentColor = value || '' },
      ariaLabel(value) { if (value) this.control.setAttribute('aria-label', value) },
    },
  })
}

function defineGroup(define, type, valueOf) {
  define(`${type}-group`, {
    properties: { name: String },
    made() {
      const ticks = () => [...this.node.querySelectorAll(`wx-${type}`)].map(partOf)
      this.fieldValue = () => valueOf(ticks().filter((tick) => tick.control.checked).map((tick) => tick.data.value))
      this.clear = () => ticks().forEach((tick) => { tick.control.checked = false })
      this.chosenBy = (chosen) => {
        // HTML's radios know each other by name; these know each other by their group.
        if (type === 'radio') ticks().forEach((tick) => { tick.control.checked = tick === chosen })
        fire(this, 'change', { value: this.fieldValue() })
      }
    },
  })
}

function defineSwitch(define) {
  define('switch', {
    properties: { name: String, checked: Boolean, disabled: Boolean, color: String, type: String },
    made() {
      this.control = this.node.appendChild(element('input', { type: 'checkbox' }))
      this.control.setAttribute('role', 'switch')
      this.fieldValue = () => this.control.checked
      this.clear = () => this.setData({ checked: false })
      this.press = () => { if (!this.data.disabled) this.control.click() }
      this.control.addEventListener('change', (event) => {
        event.stopPropagation()
        this.setData({ checked: this.control.checked })
        fire(this, 'change', { value: this.control.checked })
      })
    },
    watch: {
      checked(value) { this.control.checked = value },
      disabled(value) { this.control.disabled = value },
      color(value) { if (value) this.node.style.setProperty('--on', value) },
      ariaLabel(value) { if (value) this.control.setAttribute('aria-label', value) },
    },
  })
}

function defineSlider(define) {
  define('slider', {
    properties: { name: String, min: Number, max: { type: Number, value: 100 }, step: { type: Number, value: 1 }, value: Number, disabled: Boolean },
    made() {
      this.control = this.node.appendChild(element('input', { type: 'range' }))
      this.fieldValue = () => Number(this.control.value)
      this.control.addEventListener('change', () => {
        this.setData({ value: this.fieldValue() })
        fire(this, 'change', { value: this.fieldValue() })
      })
    },
    watch: {
      min(value) { this.control.min = value },
      max(value) { this.control.max = value },
      step(value) { this.control.step = value },
      value(value) { this.control.value = value },
      disabled(value) { this.control.disabled = value },
    },
  })
}
