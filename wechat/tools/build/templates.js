'use strict'
const { TmplGroup } = require('glass-easel-template-compiler')
const { lineAt } = require('./problems')
const { BUILT_IN, STRUCTURE } = require('./tags')

const OPENING_OR_CLOSING = new RegExp(`(</?)(${BUILT_IN.join('|')})(?=[\\s/>])`, 'g')

/** All WXML and WXS as one JavaScript expression for the template engine. */
function compileTemplates(source, components, problems) {
  const group = new TmplGroup()
  const anyTag = tagsOfAll(components)
  for (const file of source.withEnding('.wxml')) {
    const name = file.slice(0, -'.wxml'.length)
    const text = source.read(file)
    check(file, text, components.has(name) ? tagsOf(components.get(name)) : anyTag, problems)
    addTemplate(group, name, text, problems)
  }
  for (const file of source.withEnding('.wxs')) group.addScript(file.slice(0, -'.wxs'.length), withoutEndings(source.read(file)))
  return group.getTmplGenObjectGroups()
}

function addTemplate(group, name, text, problems) {
  // An HTML <input> takes no children and a <form> submits by itself, so built-ins get names that HTML does not know.
  const warnings = group.addTmpl(name, text.replace(OPENING_OR_CLOSING, '$1wx-$2'))
  // The compiler counts lines from 0.
  for (const warning of warnings || []) problems.add(name + '.wxml', warning.startLine + 1, warning.message)
}

function withoutEndings(script) {
  return script.replace(/require\((['"])(.+?)\.wxs\1\)/g, 'require($1$2$1)')
}

function check(file, text, known, problems) {
  for (const [pattern, message] of FORBIDDEN) {
    for (const match of text.matchAll(pattern)) problems.add(file, lineAt(text, match.index), message)
  }
  const markup = blank(text, /<!--[\s\S]*?-->|<wxs\b[^>]*>[\s\S]*?<\/wxs>|\{\{[\s\S]*?\}\}/g)
  for (const match of markup.matchAll(/<([A-Za-z][\w-]*)/g)) {
    const message = `<${match[1]}> is neither a component named in usingComponents nor a built-in of web/builtins/`
    if (!known.has(match[1])) problems.add(file, lineAt(markup, match.index), message)
  }
}

const FORBIDDEN = [
  [/style="[^"]*\drpx/g, 'rpx inside style="" does not reach the browser; use a class'],
  [/<image\b[^>]*?\ssrc="(?!\/|\{\{|https?:|data:)[^"]/g, 'write the address of an image from the root, as in src="/images/…"'],
]

function blank(text, pattern) {
  return text.replace(pattern, (piece) => piece.replace(/[^\n]/g, ' '))
}

function tagsOf(component) {
  return new Set([...BUILT_IN, ...STRUCTURE, ...Object.keys(component.json.usingComponents)])
}

/** A file of templates is imported by several pages and uses whichever components they name. */
function tagsOfAll(components) {
  return new Set([...components.values()].flatMap((component) => [...tagsOf(component)]))
}

module.exports = { compileTemplates, FORBIDDEN }
