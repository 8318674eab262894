'use strict'

/** What is wrong with the source, each with its file and, where known, its line. */
class Problems {
  constructor() {
    this.found = []
  }

  add(file, line, message) {
    this.found.push(line ? `${file}:${line} ${message}` : `${file} ${message}`)
  }

  get any() {
    return this.found.length > 0
  }

  toString() {
    return this.found.join('\n')
  }
}

/** The line, counted from 1, on which the character at this index stands. */
function lineAt(text, index) {
  return text.slice(0, index).split('\n').length
}

module.exports = { Problems, lineAt }
