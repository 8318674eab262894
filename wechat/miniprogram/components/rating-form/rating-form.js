const ANSWERED = [{ value: 'yes', name: '联系过我' }, { value: 'no', name: '没有联系' }]
const SOLVED = [{ value: 'yes', name: '已解决' }, { value: 'partly', name: '部分解决' }, { value: 'no', name: '没有解决' }]
const SATISFIED = [{ value: 'yes', name: '满意' }, { value: 'mostly', name: '基本满意' }, { value: 'no', name: '不满意' }]

/** The resident's word on what was done; tells "rate" {body}. */
Component({
  properties: { busy: Boolean, problem: String },
  data: {
    answeredChoices: ANSWERED, solvedChoices: SOLVED, satisfiedChoices: SATISFIED,
    answered: '', solved: '', satisfied: '', comment: '', missing: '',
  },
  methods: {
    choose({ currentTarget, detail }) { this.setData({ [currentTarget.dataset.field]: detail.value, missing: '' }) },
    type({ detail }) { this.setData({ comment: detail.value }) },
    send() {
      const { answered, solved, satisfied, comment } = this.data
      if (!answered || !solved || !satisfied) return this.setData({ missing: '请把三个问题都选好。' })
      this.triggerEvent('rate', { body: { answered: answered === 'yes', solved, satisfied, comment: comment.trim() } })
    },
  },
})
