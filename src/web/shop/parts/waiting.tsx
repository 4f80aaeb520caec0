import { useWords } from '../use-words.ts';

export function Waiting() {
  const { say } = useWords();
  return (
    <p role="status" className="py-8 text-quiet">
      {say('shop.loading')}
    </p>
  );
}
