import { element } from '../runtime/element.js'
import { openDialog } from '../runtime/dialog.js'

/** A sheet from below with one button per option; answers with the index. */
export function askOne({ label, options, chosen = -1, onAnswer, onCancel }) {
  const buttons = options.map((text, index) => option(text, index === chosen, () => answer(index)))
  const close = openDialog({ label, look: 'mp-sheet', children: [...buttons, cancelButton(() => close())], onCancel, outsideCancels: true })
  const answer = (index) => {
    close('answered')
    onAnswer(index)
  }
  if (buttons[chosen]) reach(buttons[chosen])
}

/** A sheet with one HTML field; answers with its text. */
export function askInput({ label, input, onAnswer, onCancel }) {
  const field = element('input', input)
  field.setAttribute('aria-label', label)
  const close = openDialog({ label, look: 'mp-sheet', children: [field, confirmRow(() => answer(), () => close())], onCancel })
  const answer = () => {
    close('answered')
    onAnswer(field.value)
  }
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') answer()
  })
}

/** A sheet with a list per column; `show` fills them, also while the sheet is open. Answers with the indexes. */
export function askColumns({ label, columnChanged, onAnswer, onCancel }) {
  const row = element('div', { className: 'mp-columns' })
  const close = openDialog({ label, look: 'mp-sheet', children: [row, confirmRow(() => answer(), () => close())], onCancel })
  const indexes = () => [...row.children].map((list) => Math.max(0, list.selectedIndex))
  const answer = () => {
    close('answered')
    onAnswer(indexes())
  }
  row.addEventListener('change', ({ target }) => columnChanged([...row.children].indexOf(target), target.selectedIndex))
  return { show: (columns, value) => showColumns(row, columns, row.children.length ? indexes() : value || []) }
}

function showColumns(row, columns, chosen) {
  columns.forEach((texts, column) => {
    const list = row.children[column] || row.appendChild(element('select', { size: 6, ariaLabel: `第 ${column + 1} 列` }))
    list.replaceChildren(...texts.map((text) => new Option(text)))
    list.selectedIndex = Math.min(chosen[column] || 0, texts.length - 1)
  })
}

function option(text, chosen, press) {
  const button = element('button', { type: 'button', textContent: text, className: chosen ? 'on' : '' })
  if (chosen) button.setAttribute('aria-current', 'true')
  button.addEventListener('click', press)
  return button
}

function cancelButton(press) {
  const button = element('button', { type: 'button', textContent: '取消', className: 'mp-cancel' })
  button.addEventListener('click', press)
  return button
}

/** The row 取消 / 确定 below a field. */
export function confirmRow(confirm, cancel) {
  const button = element('button', { type: 'button', textContent: '确定', className: 'main' })
  button.addEventListener('click', confirm)
  return element('div', { className: 'mp-row' }, cancelButton(cancel), button)
}

function reach(button) {
  button.scrollIntoView({ block: 'center' })
  button.focus()
}
