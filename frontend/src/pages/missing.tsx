import { NotFound } from '../components/notice';
import { useTitle } from '../components/title';

export function MissingPage() {
  useTitle('Not found');
  return <NotFound what="Page" />;
}
