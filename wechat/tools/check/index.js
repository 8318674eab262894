#!/usr/bin/env node
'use strict'
// Would WeChat take the source as it is? node tools/check [source]
const path = require('path')
const { Problems } = require('../build/problems')
const { Source } = require('../build/source')
const { askCompilers } = require('./compilers')
const { askDevtools } = require('./devtools')
const { checkRules } = require('./rules')

const HERE = path.join(__dirname, '..', '..')

async function check(root) {
  const problems = new Problems()
  const source = new Source(root, path.join(root, 'no-overrides'), problems)
  if (!source.has('app.json')) return [`app.json is missing: ${root} is not a mini-program`]
  checkRules(source, problems)
  const devtools = root === path.join(HERE, 'miniprogram') ? await askDevtools(HERE) : null
  return [...problems.found, ...askCompilers(source), ...(devtools ? [devtools] : [])]
}

async function main([from = 'miniprogram']) {
  const found = await check(path.resolve(HERE, from))
  if (found.length) console.error(`${found.join('\n')}\nWeChat would refuse this source: ${found.length} problem(s).`)
  else console.log('The source passes the rules and the compilers of WeChat.')
  // miniprogram-ci leaves handles open that would keep the process alive.
  process.exit(found.length ? 1 : 0)
}

main(process.argv.slice(2))
