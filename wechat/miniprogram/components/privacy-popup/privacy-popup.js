const privacy = require('../../utils/privacy')

/** Asks for the agreement to use photos and places, before the first of them. */
Component({
  data: { show: false, text: '' },
  lifetimes: {
    attached() { privacy.showIn(this) },
  },
  pageLifetimes: {
    show() { privacy.showIn(this) },
  },
  methods: {
    /** Asked by our own pages; answers whether the person agreed. */
    ask() {
      return new Promise((resolve) => this.open(({ event }) => resolve(event === 'agree')))
    },
    /** Asked by WeChat, or by ask(): the answer is {event: "agree" or "disagree", buttonId}. */
    async open(answer) {
      this.answers = (this.answers || []).concat(answer)
      const { text } = await privacy.read().catch(() => ({ text: '' }))
      this.setData({ show: true, text })
    },
    agree() {
      privacy.agree()
      this.settle({ event: 'agree', buttonId: 'agree-privacy' })
    },
    disagree() { this.settle({ event: 'disagree' }) },
    settle(said) {
      const answers = this.answers || []
      this.answers = []
      this.setData({ show: false })
      answers.forEach((answer) => answer(said))
    },
    stay() {},
  },
})
