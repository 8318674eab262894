/** The categories one can choose, grouped under the name of their parents, as far as they contain the words typed. */
function grouped(tree, words) {
  const wanted = (words || '').trim()
  return tree.map((parent) => group(parent, wanted)).filter((one) => one.leaves.length)
}

function group(parent, wanted) {
  const leaves = leavesOf(parent)
  const all = !wanted || parent.name.includes(wanted)
  return { code: parent.code, name: parent.name, leaves: all ? leaves : leaves.filter((leaf) => leaf.name.includes(wanted)) }
}

function leavesOf(category) {
  const children = category.children || []
  return children.length ? children.flatMap(leavesOf) : [category]
}

const find = (tree, code) => tree.flatMap(leavesOf).find((leaf) => leaf.code === code) || null

module.exports = { grouped, find }
