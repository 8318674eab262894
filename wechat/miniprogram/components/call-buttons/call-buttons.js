const EVERY = [
  { number: '110', name: '报警' }, { number: '119', name: '火警' }, { number: '120', name: '急救' }, { number: '122', name: '交通事故' },
]

/** Numbers to dial with one tap; without any of its own all that save lives. */
Component({
  properties: { numbers: { type: Array, value: [] } },
  data: { shown: EVERY },
  observers: {
    numbers(numbers) { this.setData({ shown: numbers && numbers.length ? numbers : EVERY }) },
  },
  methods: {
    dial({ currentTarget }) { wx.makePhoneCall({ phoneNumber: currentTarget.dataset.number, fail() {} }) },
  },
})
