'use strict'
const crypto = require('crypto')
const fs = require('fs')
const os = require('os')
const path = require('path')

/** What the compile of WeChat DevTools says, or null where the optional package miniprogram-ci is not installed. */
async function askDevtools(project) {
  const ci = load()
  if (!ci) return null
  const key = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'phone-check-')), 'key')
  fs.writeFileSync(key, throwAwayKey())
  try {
    await compile(ci, project, key)
    return ''
  } catch (error) {
    return `miniprogram-ci: ${error.message}`
  } finally {
    fs.rmSync(path.dirname(key), { recursive: true })
  }
}

function load() {
  try {
    return require('miniprogram-ci')
  } catch (error) {
    return null
  }
}

function throwAwayKey() {
  return crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' })
}

function compile(ci, projectPath, privateKeyPath) {
  const ignores = ['node_modules/**/*', 'dist/**/*', 'tools/**/*', 'web/**/*', 'client/**/*', 'emulator/**/*']
  const project = new ci.Project({ appid: 'wx0000000000000000', type: 'miniProgram', projectPath, privateKeyPath, ignores })
  // This is what WeChat's server would answer about the project; given here, nothing is asked of the network.
  project.attr = async () => require('miniprogram-ci/dist/config/config').DefaultProjectAttr
  return ci.getCompiledResult({ project, version: '0', desc: '', setting: { es6: true }, onProgressUpdate() {} })
}

module.exports = { askDevtools }
