#!/usr/bin/env node
'use strict'
// Makes a static page for the browser from the mini-program's own source: node tools/build [source] [out]
const path = require('path')
const { compileStyles } = require('./styles')
const { compileTemplates } = require('./templates')
const { wrapModules } = require('./modules')
const { writeOutput } = require('./output')
const { Problems } = require('./problems')
const { Source } = require('./source')
const { walk } = require('./walk')

const HERE = path.join(__dirname, '..', '..')

function build(from, out) {
  const problems = new Problems()
  const source = new Source(from, path.join(HERE, 'web', 'overrides'), problems)
  const { app, pages, components } = walk(source, problems)
  const css = compileStyles(source, components, problems)
  const templates = compileTemplates(source, components, problems)
  const modules = wrapModules(source, problems)
  if (!problems.any) writeOutput(out, source, { app, pages, components, css, templates, modules })
  return { problems, pages, components }
}

function main([from = 'miniprogram', out = 'dist']) {
  const { problems, pages, components } = build(path.resolve(HERE, from), path.resolve(HERE, out))
  if (problems.any) {
    console.error(`${problems}\nThe phone pages were not built: ${problems.found.length} problem(s).`)
    process.exit(1)
  }
  console.log(`${pages.length} pages and ${components.size - pages.length} components in ${out}`)
}

main(process.argv.slice(2))
