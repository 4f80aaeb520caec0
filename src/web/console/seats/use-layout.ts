// The layout on the screen: as it is kept, with what has been moved and not saved.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { GroundLayout, LayoutSection } from '#domain/seating/ground-layout.ts';
import { draftOfLayout, type Move, movedSection } from '#domain/seating/move-section.ts';
import type { LayoutReport } from '#protocol/grounds.ts';
import { ask, at } from '../api.ts';

export function useLayout(of: { readonly ground: string; readonly version: number } | null) {
  const queries = useQueryClient();
  const [moved, setMoved] = useState<ReadonlyMap<string, LayoutSection>>(new Map());
  const { ground = '', version = 0 } = of ?? {};
  const kept = useQuery({
    queryKey: ['layout', ground, version],
    queryFn: () => ask<GroundLayout>(at`/grounds/${ground}/layouts/${String(version)}`),
    enabled: of !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const layout = useMemo(() => {
    if (kept.data === undefined) return null;
    const sections = kept.data.sections.map((section) => moved.get(section.id) ?? section);
    return { ...kept.data, sections };
  }, [kept.data, moved]);
  const saving = useMutation({
    mutationFn: async () => {
      if (layout === null) return null;
      const { ground: _, ...body } = draftOfLayout(layout);
      return await ask<LayoutReport>(at`/grounds/${ground}/layouts`, { body });
    },
    onSuccess: async () => {
      setMoved(new Map());
      await queries.invalidateQueries({ queryKey: ['entry-plan'] });
      await queries.invalidateQueries({ queryKey: ['ground', ground] });
    },
  });
  const move = (id: string, by: Move) =>
    setMoved((before) => {
      const section = before.get(id) ?? kept.data?.sections.find((each) => each.id === id);
      return section === undefined ? before : new Map(before).set(id, movedSection(section, by));
    });
  return {
    layout,
    error: kept.error,
    moved: moved.size,
    move,
    saving,
    discard: () => setMoved(new Map()),
  };
}
