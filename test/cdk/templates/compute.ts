import { describe, expect, it } from 'vitest';
import { scorePolicy, trainPolicy } from '../../../cdk/scaling.ts';
import { ofType, only, type Templates } from '../synthesize.ts';

export function computeTests(gpu: () => Templates, cpu: () => Templates): void {
  describe('the compute stack', () => {
    it('has no NAT gateway, a gateway to S3 and one interface endpoint, and looks no zones up', () => {
      const { compute } = gpu();
      expect(ofType(compute, 'AWS::EC2::NatGateway')).toEqual([]);
      const endpoints = ofType(compute, 'AWS::EC2::VPCEndpoint').map(([, { Properties }]) => [
        Properties.VpcEndpointType,
        JSON.stringify(Properties.ServiceName),
      ]);
      expect(endpoints).toHaveLength(2);
      expect(endpoints[0]).toEqual(['Gateway', expect.stringContaining('.s3')]);
      expect(endpoints[1]).toEqual(['Interface', expect.stringContaining('.sqs')]);
      const zones = ofType(compute, 'AWS::EC2::Subnet').map(([, { Properties }]) => Properties.AvailabilityZone);
      expect(zones).toEqual([0, 1].map((i) => ({ 'Fn::Select': [i, { 'Fn::GetAZs': '' }] })));
    });

    it('takes spot machines with one NVIDIA card, of the allow-list', () => {
      const provider = only(gpu().compute, 'AWS::ECS::CapacityProvider').Properties;
      const template = provider.ManagedInstancesProvider.InstanceLaunchTemplate;
      expect(template.CapacityOptionType).toBe('SPOT');
      expect(template.InstanceRequirements).toMatchObject({
        AllowedInstanceTypes: ['g4dn.*', 'g5.*', 'g6.*'],
        AcceleratorManufacturers: ['nvidia'],
        AcceleratorTypes: ['gpu'],
        AcceleratorCount: { Min: 1, Max: 1 },
      });
      expect(provider.ClusterName).toBeDefined();
    });

    it('names the machines’ role as the policy of managed instances wants it', () => {
      const role = only(gpu().compute, 'AWS::IAM::Role', 'CapacityInstance').Properties;
      expect(JSON.stringify(role.RoleName)).toContain('ecsInstanceRole-fiducial-dev-compute');
    });

    it('takes machines without a GPU where the context says so, and then asks for none', () => {
      const requirements = only(cpu().compute, 'AWS::ECS::CapacityProvider').Properties.ManagedInstancesProvider
        .InstanceLaunchTemplate.InstanceRequirements;
      expect(requirements.AllowedInstanceTypes).toEqual(['c6i.*', 'c7i.*', 'm6i.*', 'm7i.*']);
      expect(requirements.AcceleratorCount).toBeUndefined();
      for (const [, { Properties }] of ofType(cpu().compute, 'AWS::ECS::TaskDefinition')) {
        expect(Properties.ContainerDefinitions[0].ResourceRequirements).toBeUndefined();
      }
    });

    it('runs each worker with a GPU of its own, not as root, with nothing to write but /tmp, and two minutes to stop', () => {
      const tasks = ofType(gpu().compute, 'AWS::ECS::TaskDefinition');
      expect(tasks).toHaveLength(2);
      for (const [, { Properties }] of tasks) {
        expect(Properties).toMatchObject({ NetworkMode: 'awsvpc', RequiresCompatibilities: ['MANAGED_INSTANCES'] });
        const [container, ...others] = Properties.ContainerDefinitions;
        expect(others).toEqual([]);
        expect(container).toMatchObject({
          ResourceRequirements: [{ Type: 'GPU', Value: '1' }],
          ReadonlyRootFilesystem: true,
          User: '1000:1000',
          MountPoints: [{ ContainerPath: '/tmp', ReadOnly: false }],
          LinuxParameters: { InitProcessEnabled: true },
          HealthCheck: { Command: ['CMD', 'node', 'functions/health.ts'] },
        });
        expect(container.StopTimeout).toBeGreaterThanOrEqual(90);
        expect(container.StopTimeout).toBeLessThan(120);
        expect(container.LogConfiguration.Options.mode).toBe('non-blocking');
      }
    });

    it('starts services asleep, without a public address, on the managed instances', () => {
      for (const [, { Properties }] of ofType(gpu().compute, 'AWS::ECS::Service')) {
        expect(Properties.DesiredCount).toBe(0);
        expect(Properties.LaunchType).toBeUndefined();
        expect(Properties.CapacityProviderStrategy).toHaveLength(1);
        expect(Properties.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp).toBe('DISABLED');
        expect(Properties.DeploymentConfiguration).toMatchObject({ MinimumHealthyPercent: 0, MaximumPercent: 100 });
      }
    });

    it('scales each service from zero to its limit by exactly the rules of scaling.ts', () => {
      const { compute } = gpu();
      const targets = ofType(compute, 'AWS::ApplicationAutoScaling::ScalableTarget');
      expect(targets.map(([, { Properties: p }]) => [p.MinCapacity, p.MaxCapacity])).toEqual([
        [0, 4],
        [0, 1],
      ]);
      const rules = [
        ...scorePolicy(4).rules.map((rule) => ['Scorer', rule] as const),
        ...trainPolicy(1).rules.map((rule) => ['Trainer', rule] as const),
      ];
      expect(ofType(compute, 'AWS::ApplicationAutoScaling::ScalingPolicy')).toHaveLength(rules.length);
      for (const [worker, rule] of rules) {
        const policy = only(compute, 'AWS::ApplicationAutoScaling::ScalingPolicy', `${worker}Scaling${rule.id}`);
        const { StepAdjustments, ...rest } = policy.Properties.StepScalingPolicyConfiguration;
        expect(rest).toEqual({
          AdjustmentType: rule.adjustment === 'exact' ? 'ExactCapacity' : 'ChangeInCapacity',
          Cooldown: rule.cooldownSeconds,
          MetricAggregationType: rule.aggregation,
        });
        expect(StepAdjustments).toEqual(
          rule.steps.map(({ from, to, workers }) => ({
            ...(from === undefined ? {} : { MetricIntervalLowerBound: from - rule.threshold }),
            ...(to === undefined ? {} : { MetricIntervalUpperBound: to - rule.threshold }),
            ScalingAdjustment: workers,
          })),
        );
        const alarm = only(compute, 'AWS::CloudWatch::Alarm', `${worker}Scaling${rule.id}Alarm`).Properties;
        expect(alarm).toMatchObject({
          Threshold: rule.threshold,
          EvaluationPeriods: rule.minutes,
          DatapointsToAlarm: rule.minutes,
          TreatMissingData: 'notBreaching',
        });
      }
    });

    it('counts visible and in-flight messages in every rule, with missing figures as 0', () => {
      const alarms = ofType(gpu().compute, 'AWS::CloudWatch::Alarm');
      expect(alarms.length).toBeGreaterThan(0);
      for (const [, { Properties }] of alarms) {
        const text = JSON.stringify(Properties.Metrics);
        expect(text).toContain('FILL(visible, 0) + FILL(inFlight, 0)');
        expect(text).toContain('ApproximateNumberOfMessagesVisible');
        expect(text).toContain('ApproximateNumberOfMessagesNotVisible');
      }
    });
  });
}
