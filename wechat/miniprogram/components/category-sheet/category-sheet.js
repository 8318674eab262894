const categories = require('../../utils/categories')

/** Chooses a category: by its group, or by words of its name; tells "choose" {category}, "again" and "close". */
Component({
  properties: {
    show: Boolean,
    tree: { type: Array, value: [] },
    problem: { type: String, value: '' },
  },
  data: { wanted: '', parent: '', groups: [] },
  observers: {
    'tree, wanted, parent': function (tree, wanted, parent) {
      const groups = categories.grouped(tree, wanted)
      this.setData({ groups: parent ? groups.filter((group) => group.code === parent) : groups })
    },
  },
  methods: {
    search({ detail }) { this.setData({ wanted: detail.value, parent: '' }) },
    narrow({ currentTarget }) { this.setData({ parent: currentTarget.dataset.code, wanted: '' }) },
    choose({ currentTarget }) {
      const category = categories.find(this.data.tree, currentTarget.dataset.code)
      this.triggerEvent('choose', { category })
    },
    again() { this.triggerEvent('again') },
    close() { this.triggerEvent('close') },
  },
})
