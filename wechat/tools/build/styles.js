'use strict'
const path = require('path')
const { lineAt } = require('./problems')
const { BUILT_IN } = require('./tags')

const TYPE = new RegExp(`(^|[\\s>+~,(])(${BUILT_IN.join('|')})(?![\\w-])`, 'g')
const PAGE = /(^|\s)page(?![\w-])/

/**
 * All WXSS as one CSS text, and in each isolated component its `scope`.
 *
 * Pages share the browser's document, so a page's rules are kept to it by an attribute; an isolated component's
 * classes get a prefix, which the engine also writes into the DOM.
 */
function compileStyles(source, components, problems) {
  const parts = source.has('app.wxss') ? [new Sheet(source, problems, {}).file('app.wxss')] : []
  let count = 0
  for (const [name, component] of components) {
    const shared = component.page || component.json.styleIsolation === 'shared'
    component.scope = shared ? undefined : `c${(count++).toString(36)}`
    const limits = component.page ? { page: name } : { prefix: component.scope }
    if (source.has(name + '.wxss')) parts.push(new Sheet(source, problems, limits).file(name + '.wxss'))
  }
  return parts.join('')
}

class Sheet {
  constructor(source, problems, limits) {
    Object.assign(this, { source, problems, limits })
  }

  file(name) {
    const text = this.source.read(name).replace(/\/\*[\s\S]*?\*\//g, (piece) => piece.replace(/[^\n]/g, ' '))
    return this.text(text, name, 0)
  }

  text(text, file, linesBefore) {
    let css = ''
    for (const statement of statements(text)) {
      const line = linesBefore + lineAt(text, statement.at)
      css += this[statement.kind](statement, file, line)
    }
    return css
  }

  line({ head }, file, line) {
    const match = /^@import\s+(?:url\()?["']?([^"')]+)["']?\)?$/.exec(head)
    if (!match) return ''
    const target = match[1].startsWith('/') ? match[1].slice(1) : path.posix.join(path.posix.dirname(file), match[1])
    if (this.source.has(target)) return this.file(target)
    this.problems.add(file, line, `@import ${match[1]} is not there`)
    return ''
  }

  block({ head, body }, file, line) {
    if (/^@(media|supports|layer|container)/.test(head)) return `${head}{${this.text(body, file, line - 1)}}\n`
    if (head.startsWith('@')) return `${head}{${inPixels(body)}}\n`
    return `${head.split(',').map((one) => selector(one.trim(), this.limits)).join(',')}{${inPixels(body).trim()}}\n`
  }

  stray(_, file, line) {
    this.problems.add(file, line, 'has a } without its {')
    return ''
  }

  unclosed(_, file, line) {
    this.problems.add(file, line, 'has a { that is never closed')
    return ''
  }
}

function* statements(text) {
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const head = text.slice(start, i).trim()
    if (text[i] === '{') {
      const end = closing(text, i)
      yield { kind: end < 0 ? 'unclosed' : 'block', head, body: text.slice(i + 1, end), at: i }
      if (end < 0) return
      i = end
      start = end + 1
    } else if (text[i] === ';' || text[i] === '}') {
      yield { kind: text[i] === ';' ? 'line' : 'stray', head, at: i }
      start = i + 1
    }
  }
}

function closing(text, open) {
  let depth = 0
  for (let i = open; i < text.length; i++) {
    if (text[i] === '{') depth++
    else if (text[i] === '}' && --depth === 0) return i
  }
  return -1
}

function inPixels(text) {
  return text.replace(/(-?\d*\.?\d+)rpx\b/g, (_, number) => `calc(${number} * var(--rpx))`)
}

function selector(text, { prefix, page }) {
  const scoped = prefix ? text.replace(/\.(-?[A-Za-z_][\w-]*)/g, `.${prefix}--$1`) : text
  const named = scoped
    .replace(/:host\b(?:\(([^)]*)\))?/g, (_, inner) => `[wx-host="${prefix}"]${inner || ''}`)
    .replace(TYPE, '$1wx-$2')
  if (PAGE.test(named)) return named.replace(PAGE, `$1wx-page${page ? `[data-page="${page}"]` : ''}`)
  return page ? `[data-page="${page}"] ${named}` : named
}

module.exports = { compileStyles }
