'use strict'
const path = require('path')
const vm = require('vm')
const { lineAt } = require('./problems')

/** All scripts as the inside of one JavaScript object: `"pages/a/a": function (require, module, exports) {…}`. */
function wrapModules(source, problems) {
  return source.withEnding('.js').map((file) => {
    const text = source.read(file)
    checkSyntax(file, text, problems)
    checkRequires(file, text, source, problems)
    return `${JSON.stringify(file.slice(0, -'.js'.length))}:function(require,module,exports){${text}\n}`
  }).join(',\n')
}

function checkSyntax(file, text, problems) {
  // WeChat runs CommonJS as it is; import and export would need a step that the phone does not have.
  const esModule = /^\s*(import\s[^(]|export\s)/m.exec(text)
  if (esModule) {
    problems.add(file, lineAt(text, esModule.index + esModule[0].search(/\S/)), 'uses import or export; write require and module.exports')
    return
  }
  try {
    new vm.Script(`(function(){${text}\n})`, { filename: file })
  } catch (error) {
    const line = /:(\d+)\n/.exec(error.stack)
    problems.add(file, line ? Number(line[1]) : 0, error.message)
  }
}

function checkRequires(file, text, source, problems) {
  for (const match of text.matchAll(/\brequire\((['"])(.+?)\1\)/g)) {
    const target = match[2].startsWith('/') ? match[2].slice(1) : path.posix.join(path.posix.dirname(file), match[2])
    if (![target, target + '.js', target + '/index.js'].some((name) => source.has(name))) {
      problems.add(file, lineAt(text, match.index), `require('${match[2]}') leads to no file`)
    }
  }
}

module.exports = { wrapModules }
