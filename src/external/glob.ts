/**
 * The expression of a glob as Java's FileSystem.getPathMatcher has it: `*` within a part of the path, `**` across parts,
 * `?` one sign, `[…]` one of some, `{a,b}` alternatives, `\` takes the next sign as it is.
 */
export function globPattern(glob: string): RegExp {
  let expression = '';
  let depth = 0;
  for (let index = 0; index < glob.length; index += 1) {
    const sign = glob.charAt(index);
    switch (sign) {
      case '*':
        if (glob.charAt(index + 1) === '*') {
          expression += '.*';
          index += 1;
        } else expression += '[^/]*';
        break;
      case '?':
        expression += '[^/]';
        break;
      case '[': {
        const end = glob.indexOf(']', index + 2);
        const inside = end < 0 ? '' : glob.slice(index + 1, end);
        if (end < 0) expression += String.raw`\[`;
        else {
          expression += `(?!/)[${inside.replace(/^!/, '^').replace(/[\\[\]]/g, String.raw`\$&`)}]`;
          index = end;
        }
        break;
      }
      case '{':
        depth += 1;
        expression += '(?:';
        break;
      case '}':
        expression += depth > 0 ? ')' : String.raw`\}`;
        depth = Math.max(0, depth - 1);
        break;
      case ',':
        expression += depth > 0 ? '|' : ',';
        break;
      default: {
        const literal = sign === '\\' ? glob.charAt((index += 1)) : sign;
        expression += literal.replace(/[.+^$()|{}[\]\\*?/]/g, String.raw`\$&`);
      }
    }
  }
  return new RegExp(`^${expression}${')'.repeat(depth)}$`, 's');
}
