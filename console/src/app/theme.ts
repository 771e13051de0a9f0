import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

/** The colour of deep water: shade 7 carries white text at 6:1 on both schemes. */
const mill: MantineColorsTuple = [
  '#e8f4f8',
  '#d0e7ef',
  '#a3d0df',
  '#74b9d0',
  '#4aa3c0',
  '#2b8cad',
  '#167896',
  '#0b6380',
  '#085069',
  '#053c50',
];

/** The dark scheme's surfaces, with the same hint of blue as app.css. */
const dark: MantineColorsTuple = [
  '#e3e9ee',
  '#c3cdd6',
  '#9daab6',
  '#71808d',
  '#34414c',
  '#2c3741',
  '#1b232a',
  '#171d23',
  '#11161b',
  '#0c1014',
];

export const theme = createTheme({
  primaryColor: 'mill',
  primaryShade: 7,
  colors: { mill, dark },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  headings: { fontFamily: "'Inter Variable', system-ui, sans-serif", fontWeight: '600' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { size: 'md', variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs', allowDeselect: false, comboboxProps: { shadow: 'md' } } },
    MultiSelect: { defaultProps: { size: 'xs', comboboxProps: { shadow: 'md' } } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: true, fz: 12.5, px: 8, py: 4 } },
    Menu: { defaultProps: { shadow: 'md' } },
    Modal: { defaultProps: { centered: true }, styles: { title: { fontWeight: 600 } } },
    Drawer: { styles: { title: { fontWeight: 600 } } },
  },
});

/** The component library's own variables, where its defaults do not reach 4.5:1. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f5f7f8',
    '--mantine-color-text': '#17212b',
    '--mantine-color-dimmed': '#55616e',
    '--mantine-color-placeholder': '#636f7b',
    '--mantine-color-error': '#b3261e',
    '--mantine-color-anchor': '#0b6380',
    '--mantine-color-gray-light-color': '#3c4853',
    '--mantine-color-default-border': '#cbd3da',
  },
  dark: {
    '--mantine-color-body': '#11161b',
    '--mantine-color-text': '#e3e9ee',
    '--mantine-color-dimmed': '#9daab6',
    '--mantine-color-placeholder': '#8d9aa6',
    '--mantine-color-error': '#ff8f87',
    '--mantine-color-anchor': '#63c3e2',
    '--mantine-color-default': '#1b232a',
    '--mantine-color-default-hover': '#232d36',
    '--mantine-color-default-border': '#34414c',
    '--mantine-color-mill-light-color': '#8ed3ea',
  },
});
