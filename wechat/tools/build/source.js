'use strict'
const fs = require('fs')
const path = require('path')
const { lineAt } = require('./problems')

/** The mini-program's files; a file of the same name under `overrides` stands in for one of them. */
class Source {
  constructor(root, overrides, problems) {
    Object.assign(this, { root, overrides, problems })
    this.files = fs.existsSync(root) ? list(root) : []
    this.names = new Set(this.files)
  }

  has(file) {
    return this.names.has(file)
  }

  withEnding(...endings) {
    return this.files.filter((file) => endings.some((ending) => file.endsWith(ending)))
  }

  where(file) {
    const override = path.join(this.overrides, file)
    return fs.existsSync(override) ? override : path.join(this.root, file)
  }

  read(file) {
    return fs.readFileSync(this.where(file), 'utf8')
  }

  json(file) {
    const text = this.read(file)
    try {
      return JSON.parse(text)
    } catch (error) {
      const position = /position (\d+)/.exec(error.message)
      this.problems.add(file, position ? lineAt(text, Number(position[1])) : 1, error.message)
      return {}
    }
  }
}

function list(root, folder = '') {
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(folder, entry.name)
    if (!entry.isDirectory()) return [name]
    return entry.name === 'node_modules' ? [] : list(root, name)
  })
}

module.exports = { Source }
