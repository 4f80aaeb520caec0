import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMongoAbility } from '@casl/ability';
import { abilityRulesOf } from './abilities.ts';
import { may, PERMISSIONS, ROLES } from './roles.ts';

test('a screen that asks CASL hears what the route will say, for every role and permission', () => {
  for (const role of ROLES) {
    const ability = createMongoAbility(abilityRulesOf(role));
    for (const permission of PERMISSIONS) {
      const [subject = '', action = ''] = permission.split('.');
      assert.equal(ability.can(action, subject), may(role, permission), `${role}: ${permission}`);
    }
  }
});
