import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { ApiError } from '../api/http.js';
import { QueryView } from '../query/QueryView.js';
import { Boundary } from '../shared/Boundary.js';
import { Loading } from '../shared/Loading.js';
import { NotFound } from './NotFound.js';
import { Shell } from './Shell.js';
import { theme, variables } from './theme.js';

// The first view is the query view; the others are fetched when they are opened.
const LoadView = lazy(async () => ({ default: (await import('../load/LoadView.js')).LoadView }));
const ConvertView = lazy(async () => ({ default: (await import('../convert/ConvertView.js')).ConvertView }));
const DatasourcesView = lazy(async () => ({
  default: (await import('../datasources/DatasourcesView.js')).DatasourcesView,
}));
const DatasourceView = lazy(async () => ({
  default: (await import('../datasources/DatasourceView.js')).DatasourceView,
}));
const TasksView = lazy(async () => ({ default: (await import('../tasks/TasksView.js')).TasksView }));
const TaskView = lazy(async () => ({ default: (await import('../tasks/TaskView.js')).TaskView }));

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal stays one; only a server that did not answer is asked again.
      retry: (failures, error) => failures < 2 && error instanceof ApiError && error.status === 0,
      refetchOnWindowFocus: true,
    },
  },
});

function Pages() {
  return (
    <Boundary>
      <Suspense fallback={<Loading />}>
        <Switch>
          <Route path="/">
            <Redirect to={`/query${window.location.search}`} replace />
          </Route>
          <Route path="/query/:tab?">{({ tab }) => <QueryView {...(tab !== undefined && { tabId: tab })} />}</Route>
          <Route path="/load" component={LoadView} />
          <Route path="/convert" component={ConvertView} />
          <Route path="/datasources" component={DatasourcesView} />
          <Route path="/datasources/:name/:section?">
            {({ name, section }) => <DatasourceView name={name} section={section ?? 'segments'} />}
          </Route>
          <Route path="/tasks" component={TasksView} />
          <Route path="/tasks/:id/:section?">
            {({ id, section }) => <TaskView id={id} section={section ?? 'progress'} />}
          </Route>
          <Route component={NotFound} />
        </Switch>
      </Suspense>
    </Boundary>
  );
}

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <Shell>
          <Pages />
        </Shell>
      </QueryClientProvider>
    </MantineProvider>
  );
}
