'use strict'
const fs = require('fs')
const path = require('path')

const WEB = path.join(__dirname, '..', '..', 'web')
const VENDOR = [
  ['glass-easel', 'glass_easel.all.es.js'],
  ['glass-easel-miniprogram-adapter', 'glass_easel_miniprogram_adapter.es.js'],
]

/** Write the folder anew beside the old one and swap them, so that nobody is served half a build. */
function writeOutput(out, source, built) {
  const fresh = `${out}.new`
  fs.rmSync(fresh, { recursive: true, force: true })
  copyHost(fresh)
  copyVendor(fresh)
  copyImages(fresh, source)
  fs.writeFileSync(path.join(fresh, 'app.css'), built.css)
  fs.writeFileSync(path.join(fresh, 'app.js'), script(built))
  fs.rmSync(out, { recursive: true, force: true })
  fs.renameSync(fresh, out)
}

function copyHost(out) {
  const overrides = path.join(WEB, 'overrides')
  fs.cpSync(WEB, out, { recursive: true, filter: (file) => file !== overrides })
}

function copyVendor(out) {
  fs.mkdirSync(path.join(out, 'vendor'))
  for (const [name, file] of VENDOR) {
    const folder = path.dirname(require.resolve(`${name}/package.json`))
    const text = fs.readFileSync(path.join(folder, 'dist', file), 'utf8')
    // A browser resolves no bare package name, and the source maps are not copied.
    const plain = text.replace(/from"glass-easel"/g, 'from"./glass_easel.all.es.js"').replace(/\/\/# sourceMappingURL=.*$/m, '')
    fs.writeFileSync(path.join(out, 'vendor', file), plain)
  }
}

function copyImages(out, source) {
  for (const file of source.withEnding('.png', '.jpg', '.jpeg', '.gif', '.svg', '.webp')) {
    fs.mkdirSync(path.dirname(path.join(out, file)), { recursive: true })
    fs.copyFileSync(source.where(file), path.join(out, file))
  }
}

function script({ app, pages, components, modules, templates }) {
  const config = Object.fromEntries([...components].map(([name, { json, page, scope }]) => [name, { json, page, scope }]))
  const facts = [`app:${JSON.stringify(app)}`, `pages:${JSON.stringify(pages)}`, `config:${JSON.stringify(config)}`]
  return `window.__miniprogram={${facts.join(',\n')},\nmodules:{${modules}},\ntemplates:function(){return ${templates}}}\n`
}

module.exports = { writeOutput }
