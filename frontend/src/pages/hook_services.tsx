import { useRef } from 'preact/hooks';
import { type Control, Field, FieldNotes, type FormState } from '../components/form';
import type { HookValues } from '../hook_fields';
import { MOST_SERVICES, type ServiceValues } from '../hook_services';

/** The containers that run beside the script. */
export function Services({ form }: { form: FormState<HookValues> }) {
  const { services } = form.values;
  const fault = form.faults.services;
  const fieldset = useRef<HTMLFieldSetElement>(null);
  const set = (changed: ServiceValues[]) => form.set('services', changed);
  /** Once it is drawn, the keyboard goes to the last field that matches. */
  const focus = (selector: string) =>
    setTimeout(() => {
      const fields = fieldset.current?.querySelectorAll<HTMLElement>(selector);
      fields?.item(fields.length - 1)?.focus();
    });
  const control = (service: ServiceValues, index: number, name: 'name' | 'image' | 'environment'): Control => ({
    name: `service-${name}`,
    value: service[name],
    fault: undefined,
    onValue: (value) =>
      set(services.map((known) => (known.row === service.row ? { ...known, [name]: value } : known))),
    attach: index === 0 && name === 'name' ? form.attach('services') : () => {},
  });
  return (
    <fieldset class="field choices" ref={fieldset} data-testid="services">
      <legend class="label">
        Services <span class="small muted label-aside">optional</span>
      </legend>
      {services.map((service, index) => (
        <div key={service.row} class="form form-after" data-testid="service">
          <div class="form-thirds">
            <Field
              control={control(service, index, 'name')}
              class="mono"
              label="Name"
              placeholder="db"
              hint="The script's host name for it."
            />
            <Field
              control={control(service, index, 'image')}
              class="mono"
              label="Image"
              placeholder="postgres:16"
            />
          </div>
          <Field
            control={control(service, index, 'environment')}
            class="mono"
            rows={3}
            optional
            label="Environment"
            placeholder="NAME=value"
            hint="One variable a line. Not for secrets: all who see this hook see them."
          />
          <p>
            <button
              type="button"
              class="button button-small"
              aria-label={`Remove the service ${service.name || index + 1}`}
              data-testid="remove-service"
              onClick={() => {
                set(services.filter((known) => known.row !== service.row));
                focus('button');
              }}
            >
              Remove
            </button>
          </p>
        </div>
      ))}
      {services.length < MOST_SERVICES && (
        <p>
          <button
            type="button"
            class="button button-small"
            data-testid="add-service"
            onClick={() => {
              const row = (services.at(-1)?.row ?? -1) + 1;
              set([...services, { row, name: '', image: '', environment: '' }]);
              focus('[name="service-name"]');
            }}
          >
            Add a service
          </button>
        </p>
      )}
      <FieldNotes
        id="services"
        name="services"
        fault={fault}
        hint="Containers beside the script, like a database, which it reaches by name. They start with it and go with it; the install script has none."
      />
    </fieldset>
  );
}
