'use strict';
(() => {
  const atOnce = 100; // rows; newTable has the same number
  const order = new Intl.Collator(undefined, { numeric: true });
  const amount = n => n.toLocaleString('en') + (n === 1 ? ' row' : ' rows');
  document.documentElement.classList.add('js');

  // Compares two cells as their values: NULLs are last either way, and numbers before texts.
  const exact = cell => cell.dataset.n ?? cell.textContent;
  const compareNumbers = (a, b) => {
    const x = Number(a), y = Number(b);
    if (x !== y || a === b || !/^-?\d+$/.test(a) || !/^-?\d+$/.test(b)) return x - y;
    return BigInt(a) < BigInt(b) ? -1 : 1; // both are beyond what a number tells apart
  };
  const whole = cell => cell.firstElementChild?.title || cell.title || cell.textContent;
  const keyOf = cell => {
    if (cell.classList.contains('null')) return { rank: 2 };
    if (!cell.classList.contains('n')) return { rank: 1, value: whole(cell) };
    return { rank: 0, value: exact(cell).replace('∞', 'Infinity') };
  };
  const compare = (a, b, turn) => {
    if (a.rank === 2 || b.rank === 2) return a.rank === b.rank ? 0 : a.rank === 2 ? 1 : -1;
    if (a.rank !== b.rank) return (a.rank - b.rank) * turn;
    return (a.rank === 0 ? compareNumbers(a.value, b.value) : order.compare(a.value, b.value)) * turn;
  };

  const enliven = box => {
    const body = box.querySelector('tbody'), rows = [...body.rows], heads = [...box.querySelectorAll('th')];
    const search = box.querySelector('input'), count = box.querySelector('.count'), button = box.querySelector('.all');
    let shown = rows, all = false, sorted = '', texts;

    const matches = row => {
      texts ??= new Map(rows.map(row => [row, [...row.cells].map(cell => `${whole(cell)}\n${cell.textContent}\n${exact(cell)}`).join('\n').toLowerCase()]));
      return words.every(word => texts.get(row).includes(word));
    };
    let words = [];
    const show = () => {
      words = search ? search.value.toLowerCase().split(/\s+/).filter(Boolean) : [];
      let n = 0;
      for (const row of shown) {
        row.hidden = words.length > 0 && !matches(row);
        row.classList.toggle('more', !row.hidden && ++n > atOnce && !all);
      }
      count.textContent = (words.length ? n.toLocaleString('en') + ' of ' : '') + amount(rows.length) + sorted;
      if (button) {
        button.parentElement.hidden = all || n <= atOnce;
        button.textContent = 'Show all ' + amount(n);
      }
    };

    const sort = (head, column) => {
      const before = head.getAttribute('aria-sort');
      for (const one of heads) one.removeAttribute('aria-sort');
      if (before === 'descending') { // a third time: as they came
        shown = rows;
        sorted = '';
      } else {
        const turn = before === 'ascending' ? -1 : 1, direction = turn > 0 ? 'ascending' : 'descending';
        const keys = new Map(rows.map(row => [row, keyOf(row.cells[column])]));
        shown = [...rows].sort((a, b) => compare(keys.get(a), keys.get(b), turn));
        head.setAttribute('aria-sort', direction);
        sorted = `, by ${head.firstChild.textContent.trim()}, ${direction}`;
      }
      const sheet = document.createDocumentFragment();
      for (const row of shown) sheet.append(row);
      body.append(sheet);
      show();
    };

    if (rows.length > 1) heads.forEach((head, column) => {
      const press = document.createElement('button');
      press.type = 'button';
      const printed = document.createElement('span'); // a button is on the first page of a table alone
      printed.className = 'printed';
      printed.textContent = head.textContent;
      press.append(...head.childNodes);
      head.append(press, printed);
      press.addEventListener('click', () => sort(head, column));
    });
    search?.addEventListener('input', show);
    button?.addEventListener('click', () => {
      all = true;
      show();
      box.querySelector('.scroll').focus();
    });
  };
  document.addEventListener('DOMContentLoaded', () => document.querySelectorAll('.rows').forEach(enliven));
})();
