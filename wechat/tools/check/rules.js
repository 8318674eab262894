'use strict'
const { lineAt } = require('../build/problems')
const { FORBIDDEN } = require('../build/templates')

// Each of these works in the browser or passes the compilers, and fails on a phone.
const RULES = [
  ['.js', /\b(window|document|localStorage|sessionStorage)\s*[.[]/g, 'a phone has no window, document or web storage; use wx.*'],
  ['.js', /\binnerHTML\b/g, 'a phone has no innerHTML; use setData or <rich-text>'],
  ['.js', /\b(?:fetch|XMLHttpRequest)\s*\(/g, 'a phone has no fetch; use wx.request'],
  ['.js', /^\s*(?:import\s[^(]|export\s)|\bimport\s*\(/gm, 'uses import or export; write require and module.exports'],
  ['.js', /\b(?:eval\s*\(|new Function\b)/g, 'WeChat forbids code from text'],
  ['.wxs', /\b(?:let|const)\s|=>/g, 'WXS knows ES5 only: var and function'],
  ...FORBIDDEN.map(([pattern, message]) => ['.wxml', pattern, message]),
  ['.wxss', /url\(\s*["']?(?!["']?(?:https?:|data:))/g, 'WXSS shows no image of the package; use <image> or a data: address'],
]

/** Lines that break a rule, and JSON that cannot be read, are added to `problems`. */
function checkRules(source, problems) {
  for (const file of source.withEnding('.json')) source.json(file)
  for (const [ending, pattern, message] of RULES) {
    for (const file of source.withEnding(ending)) checkFile(file, source.read(file), pattern, message, problems)
  }
}

function checkFile(file, text, pattern, message, problems) {
  const code = file.endsWith('.wxml') ? text : withoutComments(text)
  for (const match of code.matchAll(pattern)) {
    if (match[1] && isOwnName(code, match[1])) continue
    const start = match.index + match[0].search(/\S/)
    problems.add(file, lineAt(code, start), message)
  }
}

/** A variable or parameter may well be called `document`. */
function isOwnName(code, name) {
  return new RegExp(`\\b(const|let|var)\\s+${name}\\b|\\([^()]*\\b${name}\\b[^()]*\\)\\s*(\\{|=>)`).test(code)
}

function withoutComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, (piece) => piece.replace(/[^\n]/g, ' '))
}

module.exports = { checkRules }
