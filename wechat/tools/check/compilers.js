'use strict'
const fs = require('fs')
const os = require('os')
const path = require('path')
const { spawnSync } = require('child_process')

const FOLDERS = { linux: 'linux', darwin: 'mac', win32: 'windows' }

/** What WeChat's own compilers say against the WXML, WXS and WXSS. They come as programs in an npm package and ask no network. */
function askCompilers(source) {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'phone-check-'))
  try {
    const wcc = run('wcc', ['-d', '-o', path.join(scratch, 'wcc.js'), ...source.withEnding('.wxml', '.wxs')], source.root)
    const sheets = source.withEnding('.wxss')
    // The first file is compiled; the others stand by for its imports.
    const options = ['-lc', '-pc', '1', '-o', path.join(scratch, 'wcsc.css')]
    const wcsc = sheets.map((sheet) => run('wcsc', [...options, sheet, ...sheets.filter((other) => other !== sheet)], source.root))
    return [wcc, ...wcsc].filter(Boolean)
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true })
  }
}

function run(name, args, cwd) {
  const program = locate(name)
  const result = spawnSync(program, args, { cwd, encoding: 'utf8' })
  if (result.error) return `${name} does not run on this machine (${result.error.code}); WeChat offers it for x86-64 only`
  return result.status === 0 ? '' : (result.stderr || result.stdout).trim() || `${name} ended with ${result.status}`
}

function locate(name) {
  const folder = path.join(path.dirname(require.resolve('miniprogram-compiler/package.json')), 'bin', FOLDERS[process.platform])
  const program = path.join(folder, process.platform === 'win32' ? `${name}.exe` : name)
  // The package forgets the permission to execute.
  if (process.platform !== 'win32') fs.chmodSync(program, 0o755)
  return program
}

module.exports = { askCompilers }
