import { render } from 'preact';
import { App } from './app';
import { startRouter } from './router';
import { loadSession } from './state/session';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/components.css';
import './styles/pages.css';
import './styles/forms.css';
import './styles/settings.css';

startRouter();
void loadSession();

const root = document.getElementById('app');
if (root) render(<App />, root);
