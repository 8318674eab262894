const COMMON = { hidden: Boolean, hoverClass: String, hoverStayTime: Number, hoverStartTime: Number, hoverStopPropagation: Boolean }
const ARIA = [
  'role', 'ariaRole', 'ariaLabel', 'ariaHidden', 'ariaChecked', 'ariaSelected', 'ariaDisabled', 'ariaExpanded', 'ariaPressed',
  'ariaLive', 'ariaBusy', 'ariaCurrent', 'ariaModal', 'ariaInvalid', 'ariaRequired', 'ariaLabelledby', 'ariaDescribedby', 'ariaControls',
]
const CONTROL_ROLES = ['button', 'link', 'tab', 'radio', 'checkbox', 'switch', 'option', 'menuitem']

const parts = new WeakMap()
const tags = new Set()

export function isBuiltIn(tag) {
  return tags.has(tag)
}

/** The built-in component that stands behind a DOM node, if one does. */
export function partOf(node) {
  return parts.get(node)
}

/** The nearest built-in of this tag around a part. */
export function around(part, tag) {
  const node = part.node.parentNode.closest(`wx-${tag}`)
  return node && partOf(node)
}

/** Fire an event that does not bubble, as WeChat's built-ins do. */
export function fire(part, name, detail = {}) {
  part.triggerEvent(name, detail, { bubbles: false, composed: false })
}

export function setAttribute(node, name, value) {
  if (value === false || value === undefined || value === null || value === '') node.removeAttribute(name)
  else node.setAttribute(name, value === true ? '' : value)
}

/**
 * The function that defines one built-in: `define(tag, {properties, reflected, watch, made, tapped})`.
 *
 * `reflected` properties become attributes for the style sheet; `watch` has a function per property, called with every
 * new value; `made` runs once the DOM node exists; `tapped` runs on a tap. In all of them `this` is the part, `this.node`
 * its DOM node.
 */
export function createShelf(space) {
  return (tag, spec = {}) => {
    tags.add(tag)
    const watchers = { ...commonWatchers(), ...reflectors(spec.reflected || []), ...spec.watch }
    const definition = space.define(`wx-${tag}`).options({ dynamicSlots: false }).definition({
      properties: { ...COMMON, ...ariaProperties(), ...spec.properties },
      observers: guarded(watchers),
      lifetimes: lifetimes(spec, watchers),
    }).registerComponent()
    space.setGlobalUsingComponent(`wx-${tag}`, definition)
  }
}

function lifetimes({ made, tapped }, watchers) {
  return {
    created() {
      this.node = this.getBackendElement()
      // An answer that comes late gives data to a page that was left already; its parts have no node any more.
      if (!this.node) return
      parts.set(this.node, this)
      if (made) made.call(this)
    },
    attached() {
      if (!this.node) return
      // A property that never changes from its default would otherwise never reach the DOM.
      for (const [name, watch] of Object.entries(watchers)) watch.call(this, this.data[name])
      if (tapped) this.addListener('tap', (event) => tapped.call(this, event))
    },
  }
}

/** Observers may run before the node exists. */
function guarded(watchers) {
  const guard = (watch) => function observe(value) {
    if (this.node) watch.call(this, value)
  }
  return Object.fromEntries(Object.entries(watchers).map(([name, watch]) => [name, guard(watch)]))
}

function ariaProperties() {
  return Object.fromEntries(ARIA.map((name) => [name, null]))
}

function commonWatchers() {
  const watchers = { hidden(value) { setAttribute(this.node, 'hidden', value) } }
  for (const name of ARIA) {
    const attribute = name === 'ariaRole' ? 'role' : dashed(name)
    watchers[name] = function watchAria(value) { setAria(this, name, attribute, value) }
  }
  return watchers
}

function setAria(part, name, attribute, value) {
  part.spoken = part.spoken || new Set()
  if (value === undefined || value === null || value === '') {
    // What the built-in says of itself stays, and so does a role said by the other of its two names; what the page
    // said before by this name goes.
    if (part.spoken.delete(name)) part.node.removeAttribute(attribute)
    return
  }
  part.spoken.add(name)
  // `false` is a value of its own for aria-checked and its kin.
  part.node.setAttribute(attribute, String(value))
  if (attribute === 'role' && CONTROL_ROLES.includes(value)) part.node.tabIndex = 0
}

function reflectors(names) {
  return Object.fromEntries(names.map((name) => [name, function reflect(value) { setAttribute(this.node, dashed(name), value) }]))
}

function dashed(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
