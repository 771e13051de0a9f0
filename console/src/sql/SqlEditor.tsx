import { closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, indentUnit } from '@codemirror/language';
import { linter, lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, Prec, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder as placeholderText,
} from '@codemirror/view';
import { useEffect, useImperativeHandle, useRef, type Ref } from 'react';
import type { Catalog } from './catalog.js';
import { sqlCompletion } from './completion.js';
import { findProblems, type Problem } from './diagnostics.js';
import { sqlHighlighting } from './highlight.js';
import './editor.css';

/** What the view around an editor asks of it. */
export interface SqlEditorHandle {
  /** The selected text with its offset, or undefined when nothing is selected. */
  selection(): { readonly text: string; readonly from: number } | undefined;
  /** Offset of the cursor. */
  cursor(): number;
  /** Puts a text at the cursor and gives the editor the focus. */
  insert(text: string): void;
  focus(): void;
  /** Selects a range and scrolls to it. */
  reveal(from: number, to: number): void;
  /** Underlines problems that the server found, until the text changes. */
  mark(problems: readonly Problem[]): void;
}

interface SqlEditorProps {
  readonly value: string;
  readonly onChange?: (text: string) => void;
  readonly catalog: Catalog;
  /** What a screen reader calls the editor. */
  readonly label: string;
  readonly readOnly?: boolean;
  readonly placeholder?: string;
  /** Mod-Enter. */
  readonly onRun?: () => void;
  readonly handle?: Ref<SqlEditorHandle>;
  readonly diagnostics?: boolean;
}

const languageData = EditorState.languageData.of(() => [
  {
    commentTokens: { line: '--', block: { open: '/*', close: '*/' } },
    closeBrackets: { brackets: ['(', '[', '{', "'", '"'] },
  },
]);

/** Comes with the editor: what a style sheet says may come after it has measured its lines. Whole pixels a line. */
const sizes = EditorView.theme({
  '&': { height: '100%', fontSize: '13px' },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '20px' },
  '.cm-content': { padding: '8px 0' },
});

const fixed: Extension = [
  lineNumbers(),
  highlightActiveLineGutter(),
  history(),
  drawSelection(),
  indentUnit.of('  '),
  bracketMatching(),
  closeBrackets(),
  highlightActiveLine(),
  highlightSelectionMatches(),
  languageData,
  sqlHighlighting,
  EditorView.lineWrapping,
  sizes,
  keymap.of([
    ...closeBracketsKeymap,
    ...defaultKeymap,
    ...searchKeymap,
    ...historyKeymap,
    ...completionKeymap,
    ...lintKeymap,
    indentWithTab,
  ]),
];

const toDiagnostic = ({ from, to, severity, message }: Problem): Diagnostic => ({ from, to, severity, message });

/** An editor of Druid SQL: colours, completion and diagnostics come from Millrace's own front end, in the browser. */
export function SqlEditor(props: SqlEditorProps) {
  const { value, catalog, label, readOnly = false, placeholder, handle, diagnostics = true } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef(props);
  const linting = useRef(new Compartment());
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    if (!host.current) return;
    const run = (): boolean => {
      latest.current.onRun?.();
      return latest.current.onRun !== undefined;
    };
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          Prec.highest(keymap.of([{ key: 'Mod-Enter', run, preventDefault: true }])),
          fixed,
          sqlCompletion(() => latest.current.catalog),
          linting.current.of([]),
          EditorState.readOnly.of(readOnly),
          EditorView.editable.of(!readOnly),
          EditorView.contentAttributes.of({
            'aria-label': label,
            spellcheck: 'false',
            autocapitalize: 'off',
            // A text that is only read still has to be reached to be scrolled and copied.
            tabindex: '0',
          }),
          ...(placeholder === undefined ? [] : [placeholderText(placeholder)]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange?.(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    // Lines may wrap elsewhere once the font is there.
    void document.fonts.ready.then(() => {
      editor.requestMeasure();
    });
    return () => {
      editor.destroy();
      view.current = undefined;
    };
  }, [label, readOnly, placeholder]);

  // The catalogue may arrive after the text: then the text is looked at again.
  useEffect(() => {
    view.current?.dispatch({
      effects: linting.current.reconfigure(
        diagnostics && catalog.tables.length > 0
          ? linter(({ state }) => findProblems(state.doc.toString(), catalog).map(toDiagnostic), { delay: 250 })
          : [],
      ),
    });
  }, [catalog, diagnostics, label, readOnly, placeholder]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  useImperativeHandle(
    handle,
    (): SqlEditorHandle => ({
      selection() {
        const editor = view.current;
        const range = editor?.state.selection.main;
        if (!editor || !range || range.empty) return undefined;
        return { text: editor.state.sliceDoc(range.from, range.to), from: range.from };
      },
      cursor: () => view.current?.state.selection.main.head ?? 0,
      insert(text) {
        const editor = view.current;
        if (!editor) return;
        editor.dispatch(editor.state.replaceSelection(text));
        editor.focus();
      },
      focus: () => view.current?.focus(),
      reveal(from, to) {
        const editor = view.current;
        if (!editor) return;
        const { length } = editor.state.doc;
        editor.dispatch({
          selection: { anchor: Math.min(from, length), head: Math.min(to, length) },
          scrollIntoView: true,
        });
        editor.focus();
      },
      mark(problems) {
        const editor = view.current;
        if (editor) editor.dispatch(setDiagnostics(editor.state, problems.map(toDiagnostic)));
      },
    }),
    [],
  );

  return <div className="sql-editor" ref={host} />;
}
