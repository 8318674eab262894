import { askColumns, askInput, askOne } from '../wx/sheets.js'
import { fire } from './shelf.js'

/** picker: selector, multiSelector, date and time. */
export function definePicker(define, { wx }) {
  define('picker', {
    properties: {
      name: String, mode: { type: String, value: 'selector' }, range: { type: Array, value: [] }, rangeKey: String, value: null,
      disabled: Boolean, start: String, end: String, fields: String, headerText: String,
    },
    made() {
      this.fieldValue = () => this.data.value
      this.node.setAttribute('role', 'button')
      this.node.setAttribute('aria-haspopup', 'dialog')
      this.node.tabIndex = 0
    },
    watch: {
      disabled(value) { this.node.setAttribute('aria-disabled', String(value)) },
      // A page fills the next column while the sheet is open.
      range() { if (this.columns) this.columns.show(textColumns(this.data), this.data.value) },
    },
    tapped() {
      if (this.data.disabled) return
      const open = MODES[this.data.mode]
      if (open) open(this)
      else wx.showToast({ title: `浏览器里没有 ${this.data.mode} 选择器`, icon: 'none' })
    },
  })
}

const MODES = {
  selector(part) {
    const { range, rangeKey, value, headerText } = part.data
    askOne({ label: headerText, options: texts(range, rangeKey), chosen: Number(value), ...ends(part) })
  },
  multiSelector(part) {
    const columns = askColumns({
      label: part.data.headerText,
      columnChanged: (column, value) => fire(part, 'columnchange', { column, value }),
      ...ends(part, () => { part.columns = null }),
    })
    part.columns = columns
    columns.show(textColumns(part.data), part.data.value)
  },
  date(part) {
    const { value, start, end, fields, headerText } = part.data
    const type = fields === 'month' ? 'month' : 'date'
    askInput({ label: headerText || '选择日期', input: { type, min: start, max: end, value: value || '' }, ...ends(part) })
  },
  time(part) {
    const { value, start, end, headerText } = part.data
    askInput({ label: headerText || '选择时间', input: { type: 'time', min: start, max: end, value: value || '' }, ...ends(part) })
  },
}

/** What the sheet does when it is answered or cancelled. */
function ends(part, finished = () => {}) {
  return {
    onAnswer(value) {
      finished()
      part.setData({ value })
      fire(part, 'change', { value })
    },
    onCancel() {
      finished()
      fire(part, 'cancel')
    },
  }
}

function textColumns({ range, rangeKey }) {
  return range.map((column) => texts(column, rangeKey))
}

function texts(range, key) {
  return range.map((item) => String(key ? item[key] : item))
}
