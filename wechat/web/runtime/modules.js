/** `require` as WeChat has it: paths relative to the module, CommonJS, each module run once. */
export function createLoader(modules) {
  const loaded = {}

  return function load(name) {
    if (loaded[name]) return loaded[name].exports
    const module = (loaded[name] = { exports: {} })
    modules[name].call(module.exports, (reference) => load(find(modules, name, reference)), module, module.exports)
    return module.exports
  }
}

function find(modules, from, reference) {
  const path = reference.startsWith('.') ? new URL(reference, `file:///${from}`).pathname.slice(1) : reference.replace(/^\//, '')
  const name = [path, path.replace(/\.js$/, ''), `${path}/index`].find((one) => modules[one])
  if (!name) throw new Error(`module '${reference}' is not defined, required in '${from}'`)
  return name
}
