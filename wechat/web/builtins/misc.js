import { element } from '../runtime/element.js'

const SIGNS = {
  success: '✔', success_no_circle: '✓', info: 'ℹ', warn: '⚠', waiting: '◷', cancel: '✖', download: '⬇', search: '⌕', clear: '⊗',
}

/** progress, icon and rich-text. */
export function defineMisc(define) {
  define('progress', {
    properties: { percent: Number, strokeWidth: Number, activeColor: String, backgroundColor: String, showInfo: Boolean },
    made() {
      this.bar = this.node.appendChild(element('i'))
      this.node.setAttribute('role', 'progressbar')
    },
    watch: {
      percent(value) {
        this.bar.style.width = `${value}%`
        this.node.setAttribute('aria-valuenow', value)
      },
      activeColor(value) { this.bar.style.background = value || '' },
    },
  })
  define('icon', {
    properties: { type: String, size: { type: Number, value: 23 }, color: String },
    watch: {
      type(value) { this.node.textContent = SIGNS[value] || '' },
      size(value) { this.node.style.fontSize = `${value}px` },
      color(value) { this.node.style.color = value || '' },
    },
  })
  define('rich-text', { properties: { nodes: null, space: String }, watch: { nodes(value) { this.node.replaceChildren(...cleanNodes(value)) } } })
}

/** WeChat shows trusted tags only and runs nothing; so does this. */
function cleanNodes(text) {
  const parsed = new DOMParser().parseFromString(typeof text === 'string' ? text : '', 'text/html')
  parsed.querySelectorAll('script, iframe, object, embed, style, link, meta, base, form').forEach((node) => node.remove())
  parsed.querySelectorAll('*').forEach((node) => {
    for (const { name, value } of [...node.attributes]) {
      if (/^on/i.test(name) || /^\s*javascript:/i.test(value)) node.removeAttribute(name)
    }
  })
  return parsed.body.childNodes
}
