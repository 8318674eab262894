// What the forms of a worker let one choose from, asked for when they open.
const api = require('../utils/api')

/** Colleagues who could take the order over, and in words why the others cannot. */
async function colleague(path) {
  const { items } = await api.get(path + '/colleagues')
  const free = items.filter((one) => !one.why_not)
  return {
    options: free.map((one) => ({ value: one.id, name: `${one.name}（在办 ${one.open_orders} 件）` })),
    others: items.filter((one) => one.why_not).map((one) => ({ name: one.name, why: one.why_not })),
  }
}

const category = async () => ({ tree: (await api.get('/api/categories')).items })

const place = async () => ({})

module.exports = { colleague, category, place }
