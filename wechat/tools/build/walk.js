'use strict'
const path = require('path')

/** Every page and component that app.json leads to: `{app, pages, components: Map(path -> {page, json})}`. */
function walk(source, problems) {
  if (!source.has('app.json')) {
    problems.add('app.json', 0, `is missing: ${source.root} is not a mini-program`)
    return { app: {}, pages: [], components: new Map() }
  }
  const app = source.json('app.json')
  const pages = pagesOf(app)
  const visitor = new Visitor(source, problems, app)
  if (!pages.length) problems.add('app.json', 0, 'names no page')
  pages.forEach((page) => visitor.visit(page, true, 'app.json'))
  checkTabs(app, problems)
  return { app, pages, components: visitor.components }
}

function pagesOf(app) {
  const packages = app.subPackages || app.subpackages || []
  return [...(app.pages || []), ...packages.flatMap((one) => one.pages.map((page) => path.posix.join(one.root, page)))]
}

function checkTabs(app, problems) {
  for (const tab of (app.tabBar && app.tabBar.list) || []) {
    // WeChat refuses to start when a tab leads into a subpackage or to a page it does not know.
    if (!(app.pages || []).includes(tab.pagePath)) problems.add('app.json', 0, `tabBar names ${tab.pagePath}, which is not in "pages"`)
  }
}

class Visitor {
  constructor(source, problems, app) {
    Object.assign(this, { source, problems, app, components: new Map() })
  }

  visit(name, page, namedBy) {
    if (this.components.has(name)) return
    const missing = ['.wxml', '.js'].filter((ending) => !this.source.has(name + ending))
    if (missing.length) {
      this.problems.add(namedBy, 0, `names ${name}, but ${missing.map((ending) => name + ending).join(' and ')} is missing`)
      return
    }
    const own = this.source.has(name + '.json') ? this.source.json(name + '.json') : {}
    const using = {}
    this.components.set(name, { page, json: { ...own, usingComponents: using } })
    this.follow(this.app.usingComponents, 'app', using)
    this.follow(own.usingComponents, name, using)
  }

  follow(references, from, using) {
    for (const [tag, reference] of Object.entries(references || {})) {
      const target = resolve(reference, from)
      using[tag] = '/' + target
      this.visit(target, false, from + '.json')
    }
  }
}

function resolve(reference, from) {
  return reference.startsWith('/') ? reference.slice(1) : path.posix.join(path.posix.dirname(from), reference)
}

module.exports = { walk }
