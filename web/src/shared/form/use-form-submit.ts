import { nextTick, reactive, ref } from 'vue'
import { Refusal } from '@/shared/api/problem'
import { useProblemText } from '@/shared/api/use-problem-text'

/**
 * The life of a form: one submission at a time, each mistake beside its field, everything else above the button.
 * The fields carry the names of the API, so that the server's mistakes find their place.
 */
export function useFormSubmit<Field extends string>(fields: readonly Field[]) {
  const problemText = useProblemText()
  const form = ref<HTMLFormElement | null>(null)
  const isBusy = ref(false)
  const problem = ref('')
  const mistakes = reactive<Record<string, string | undefined>>({}) as Partial<Record<Field, string>>

  function clear(): void {
    problem.value = ''
    for (const field of fields) Reflect.deleteProperty(mistakes, field)
  }

  async function focusFirstMistake(): Promise<void> {
    await nextTick()
    form.value?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }

  function showFailure(failure: unknown): void {
    const placed = failure instanceof Refusal ? failure.fields.filter(({ field }) => fields.includes(field as Field)) : []
    for (const { field } of placed) mistakes[field as Field] = problemText(failure)
    // Several mistakes at once have a sentence each; one mistake is what the refusal itself says.
    if (placed.length > 1) for (const { field, message } of placed) mistakes[field as Field] = message
    if (placed.length === 0) problem.value = problemText(failure)
  }

  /** Checks the form here first, then does the work; a second press while it runs does nothing. */
  async function submit(check: () => Partial<Record<Field, string>>, work: () => Promise<void>): Promise<void> {
    if (isBusy.value) return
    clear()
    Object.assign(mistakes, check())
    if (fields.some((field) => mistakes[field])) return focusFirstMistake()
    isBusy.value = true
    try {
      await work()
    } catch (failure) {
      showFailure(failure)
      await focusFirstMistake()
    } finally {
      isBusy.value = false
    }
  }

  return { form, isBusy, problem, mistakes, submit }
}
